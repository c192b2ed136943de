import DequeModule
import NIOCore
import PyroWire
import Synchronization

/// A server of objects that this process calls, and the connections to it: one call at a time on each, as many calls side by side
/// as there are connections.
final class Peer: Sendable {
    /// Objects of which is remembered what can be called on them.
    private static let rememberedObjects = 1_000

    private struct State {
        /// The one that was used last is last: those that are not needed grow old, and end.
        var idle: [PeerConnection] = []
        /// Those that are there or being made.
        var count = 0
        var waiting: Deque<CheckedContinuation<PeerConnection?, Never>> = []
        var metadata: [String: PyroMetadata] = [:]
    }

    private let location: String
    private let identity: CallerIdentity
    private let limits: RemoteObjectLimits
    private let group: any EventLoopGroup
    private let state = Mutex(State())

    init(_ location: String, _ identity: CallerIdentity, limits: RemoteObjectLimits, group: any EventLoopGroup) {
        self.location = location
        self.identity = identity
        self.limits = limits
        self.group = group
    }

    /// Whether there is a connection, or one is being made.
    var isInUse: Bool { state.withLock { $0.count > 0 } }

    /// Sends a message and waits for the answer; for that of a one-way call, `nil`, nobody waits.
    func exchange(_ message: PyroMessage, for id: RemoteObjectID) async throws -> PyroMessage? {
        while true {
            let (connection, isNew) = try await take(for: id)
            do throws(RemoteObjectError) {
                let answer = try await connection.exchange(message, for: id, seconds: limits.callSeconds)
                put(back: connection)
                return answer
            } catch {
                discard(connection)
                // One that had ended while nobody used it: the others may have, too, and a new one is made when all are tried.
                guard case .notSent = error, !isNew, !Task.isCancelled else { throw error }
            }
        }
    }

    /// A connection for one alone, who closes it; nothing else does while the peer is there.
    func ownConnection(for id: RemoteObjectID) async throws -> PeerConnection {
        try await PeerConnection.open(to: id, identity, limits, group, keep: true).0
    }

    /// What can be called on an object.
    func metadata(of id: RemoteObjectID) async throws -> PyroMetadata {
        if let known = state.withLock({ $0.metadata[id.object] }) { return known }
        let call = PyroCall(object: PyroNames.daemon, method: "get_metadata", arguments: [.string(id.object)])
        let message = PyroMessage(
            .invoke, serializer: identity.serializer, payload: try call.payload(identity.serializer))
        guard let answer = try await exchange(message, for: id) else { return PyroMetadata(methods: []) }
        let value = try identity.serializer.decode(answer.payload, limits: limits.documents)
        if answer.flags.contains(.exception), let exception = PyroException(value) { throw exception }
        guard let metadata = PyroMetadata(value) else {
            throw RemoteObjectError.badAnswer(id, reason: "its server does not say what can be called")
        }
        remember(metadata, of: id.object)
        return metadata
    }

    // MARK: Connections

    private enum Place {
        case here(PeerConnection)
        case new
        case wait
        case full
    }

    private func take(for id: RemoteObjectID) async throws -> (connection: PeerConnection, isNew: Bool) {
        while true {
            let place = state.withLock { state -> Place in
                while let connection = state.idle.popLast() {
                    if connection.isOpen { return .here(connection) }
                    state.count -= 1
                }
                guard state.count >= limits.connectionsPerPeer else {
                    state.count += 1
                    return .new
                }
                return state.waiting.count < limits.waitingCalls ? .wait : .full
            }
            switch place {
            case .here(let connection): return (connection, false)
            case .new: return (try await connect(for: id), true)
            case .full:
                throw RemoteObjectError.notSent(
                    id, reason: "\(limits.waitingCalls) calls to \(location) are waiting already")
            case .wait: if let connection = await wait() { return (connection, false) }
            }
        }
    }

    /// Waits for a connection that somebody else is done with; `nil`: look again.
    private func wait() async -> PeerConnection? {
        // Bounded by the time that the calls before take: each of them ends with a time-out at the latest.
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state -> (now: Bool, connection: PeerConnection?) in
                if let connection = state.idle.popLast() { return (true, connection) }
                guard state.count >= limits.connectionsPerPeer else { return (true, nil) }
                state.waiting.append(continuation)
                return (false, nil)
            }
            if isThere.now { continuation.resume(returning: isThere.connection) }
        }
    }

    private func connect(for id: RemoteObjectID) async throws -> PeerConnection {
        do {
            let (connection, metadata) = try await PeerConnection.open(to: id, identity, limits, group)
            if let metadata { remember(metadata, of: id.object) }
            return connection
        } catch {
            makeRoom()
            throw error
        }
    }

    private func discard(_ connection: PeerConnection) {
        connection.abandon()
        makeRoom()
    }

    /// There may be one more, for who waits longest.
    private func makeRoom() {
        let next = state.withLock { state in
            state.count -= 1
            return state.waiting.popFirst()
        }
        next?.resume(returning: nil)
    }

    private func put(back connection: PeerConnection) {
        guard connection.isOpen else { return discard(connection) }
        let next = state.withLock { state -> CheckedContinuation<PeerConnection?, Never>? in
            if let next = state.waiting.popFirst() { return next }
            state.idle.append(connection)
            return nil
        }
        next?.resume(returning: connection)
    }

    private func remember(_ metadata: PyroMetadata, of object: String) {
        state.withLock { state in
            if state.metadata.count >= Self.rememberedObjects { state.metadata = [:] }
            state.metadata[object] = metadata
        }
    }
}
