/// The visit of one well-behaved client: events and the time since the start in, what to do out. No socket, no clock.
///
///     connecting --connected--> waiting --answered--> staying --due--> leaving --ended--> gone
///         |                     |    ^ |                 |
///         |                     |    '-' ask again       '-- reset: refused
///         '-- failed: refused   '-- due: gave up; ended, reset, wrong, error: refused
package struct Visit: ~Copyable {
    /// What happens to a client.
    package enum Event: Sendable, Hashable {
        /// The kernel has a connection.
        case connected
        /// The kernel has none.
        case failed(SimulationRecord.Client.Refusal)
        /// A whole answer has come, and it is right.
        case answered
        /// An answer has come that is not to this request.
        case wrong
        /// An answer has come that is an error.
        case error
        /// The server sends nothing more.
        case ended
        /// The connection has broken.
        case reset
        /// ``deadline`` has come.
        case due
    }

    /// What the client does.
    package enum Action: Sendable, Hashable {
        case nothing
        /// Sends a request.
        case ask
        /// Shuts its side, and waits for the server to do the same.
        case sayGoodbye
        /// Closes.
        case leave
    }

    /// Where it stands.
    package enum Phase: Sendable, Hashable {
        case connecting
        case waiting
        case staying
        case leaving
        case gone
    }

    /// How long a client waits for the server's goodbye. It has what it wanted, so nothing is lost after that.
    package static let goodbye = Duration.seconds(5)

    package private(set) var client: SimulationRecord.Client
    package private(set) var phase = Phase.connecting
    /// When `due` is to come.
    package private(set) var deadline: Duration
    private let visit: Load.Visit
    private let patience: Duration
    private let speaksFirst: Bool
    private var hasServerEnded = false

    /// A client that connects now.
    ///
    /// - Parameters:
    ///   - patience: how long it waits, the time for connecting included.
    ///   - speaksFirst: it has to ask before it is served.
    package init(_ name: String, _ visit: Load.Visit, patience: Duration, speaksFirst: Bool, at now: Duration) {
        client = SimulationRecord.Client(name: name, arrived: now.inSeconds)
        self.visit = visit
        self.patience = patience
        self.speaksFirst = speaksFirst
        deadline = now + patience
    }

    /// Takes an event. An event that has no meaning where the client stands changes nothing.
    package mutating func handle(_ event: Event, at now: Duration) -> Action {
        switch (phase, event) {
        case (.connecting, .connected):
            phase = .waiting
            client.connected = now.inSeconds
            return speaksFirst ? .ask : .nothing
        case (.waiting, .answered): return answered(at: now)
        case (.staying, .due): return finish(at: now)
        case (.connecting, .failed(let refusal)): return refused(refusal, at: now)
        case (.waiting, .wrong): return refused(.wrongAnswer, at: now)
        case (.waiting, .error): return refused(.errorAnswer, at: now)
        case (.waiting, .ended): return refused(.closedEarly, at: now)
        case (.waiting, .reset), (.staying, .reset): return refused(.reset, at: now)
        case (.staying, .ended):
            hasServerEnded = true
            return .nothing
        case (.connecting, .due), (.waiting, .due):
            client.outcome = .gaveUp
            return leave(at: now)
        case (.leaving, .ended), (.leaving, .reset), (.leaving, .due):
            phase = .gone
            return .leave
        default: return .nothing
        }
    }

    private mutating func answered(at now: Duration) -> Action {
        client.answers += 1
        if client.served == nil { client.served = now.inSeconds }
        switch visit {
        case .stay(let seconds):
            phase = .staying
            deadline = now + .seconds(seconds)
            return .nothing
        case .requests(let count):
            guard client.answers < count else { return finish(at: now) }
            deadline = now + patience
            return .ask
        }
    }

    /// It has all it wanted.
    private mutating func finish(at now: Duration) -> Action {
        client.outcome = .served
        guard !hasServerEnded else { return leave(at: now) }
        client.left = now.inSeconds
        phase = .leaving
        deadline = now + Self.goodbye
        return .sayGoodbye
    }

    private mutating func refused(_ refusal: SimulationRecord.Client.Refusal, at now: Duration) -> Action {
        client.outcome = .refused
        client.refusal = refusal
        return leave(at: now)
    }

    private mutating func leave(at now: Duration) -> Action {
        client.left = now.inSeconds
        phase = .gone
        return .leave
    }
}

extension Duration {
    /// To the microsecond, which is what a record keeps.
    var inSeconds: Double {
        Double(nanoseconds / 1_000) / 1e6
    }

    /// Whole nanoseconds.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
