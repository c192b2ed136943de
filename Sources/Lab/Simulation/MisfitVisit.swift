/// The visit of a client that behaves badly: events and the time since the start in, what to do out.
///
/// It ends when the well-behaved clients are done, or the server ends it.
package struct MisfitVisit: ~Copyable {
    /// What happens to it.
    package enum Event: Sendable, Hashable {
        case connected
        case failed
        /// Something has come from the server.
        case bytes
        /// The connection has broken, or the run is over. A server that only says goodbye changes nothing: misfits do not care.
        case ended
        /// ``deadline`` has come.
        case due
    }

    /// What it does.
    package enum Action: Sendable, Hashable {
        case nothing
        /// Sends the next byte of a request, and takes one of what has come.
        case exchangeByte
        /// Sends the first half of a request.
        case sendHalf
        /// Breaks the connection.
        case reset
        /// Closes.
        case leave
    }

    package private(set) var client: SimulationRecord.Client
    /// When `due` is to come; `nil`: never.
    package private(set) var deadline: Duration?
    private let kind: Misfit
    private let pause: Duration
    private var isGone = false

    /// One that connects now.
    ///
    /// - Parameter timeout: what well-behaved clients have. A slow client needs a hundredth of it for each byte, one that vanishes does so
    ///   after a tenth.
    package init(_ name: String, _ kind: Misfit, timeout: Duration, at now: Duration) {
        client = SimulationRecord.Client(name: name, arrived: now.inSeconds)
        client.outcome = .misfit
        self.kind = kind
        pause = timeout / (kind == .slow ? 100 : 10)
    }

    /// Takes an event.
    package mutating func handle(_ event: Event, at now: Duration) -> Action {
        guard !isGone else { return .nothing }
        switch event {
        case .connected:
            client.connected = now.inSeconds
            if kind != .halfOpen { deadline = now + pause }
            return kind == .vanishing ? .sendHalf : .nothing
        case .bytes:
            if client.served == nil { client.served = now.inSeconds }
            return .nothing
        case .due where kind == .slow:
            deadline = now + pause
            return .exchangeByte
        case .due: return leave(.reset, at: now)
        case .failed, .ended: return leave(.leave, at: now)
        }
    }

    private mutating func leave(_ action: Action, at now: Duration) -> Action {
        isGone = true
        deadline = nil
        client.left = now.inSeconds
        return action
    }
}
