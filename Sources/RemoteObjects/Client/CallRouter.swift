import NIOCore
import PyroWire
import Synchronization

/// The calls that leave this process: each goes over a connection to its object's server that nobody else uses meanwhile.
final class CallRouter: Sendable {
    /// What a call comes to.
    enum Answer: Sendable {
        case value(PyroValue)
        case stream(StreamReference)
    }

    /// A stream at the server that has its items.
    struct StreamReference: Sendable {
        let id: String
        let object: RemoteObjectID
    }

    let limits: RemoteObjectLimits
    private let identity: CallerIdentity
    private let group: any EventLoopGroup
    private let peers = Mutex<[String: Peer]>([:])
    /// Objects that are elsewhere by now.
    private let moved = Mutex<[RemoteObjectID: String]>([:])
    private static let rememberedMoves = 10_000
    /// Servers that are known before those to which there is no connection are forgotten.
    private static let rememberedPeers = 1_000

    init(_ identity: CallerIdentity, limits: RemoteObjectLimits, group: any EventLoopGroup) {
        self.identity = identity
        self.limits = limits
        self.group = group
    }

    private var serializer: PyroSerializer { identity.serializer }

    /// Calls a function of an object, and waits for what it comes to.
    ///
    /// - Parameters:
    ///   - genericTypes: what a generic function is called for.
    ///   - mayBeOneWay: nobody waits when the object says so of the function.
    ///   - mayBeAttribute: what the object calls an attribute is read as one.
    /// - Throws: a `PyroException` that was answered; ``RemoteObjectError``.
    func call(
        _ id: RemoteObjectID, _ method: String, _ arguments: [PyroValue], keywords: [PyroCall.Keyword] = [],
        genericTypes: [String] = [], mayBeOneWay: Bool = false, mayBeAttribute: Bool = false,
        flags: PyroFlags = []
    ) async throws -> Answer {
        let asked = id
        let id = followed(asked)
        let peer = try peer(of: id)
        var call = PyroCall(object: id.object, method: method, arguments: arguments, keywords: keywords)
        if mayBeAttribute, try await peer.metadata(of: id).attributes.contains(method) {
            (call.method, call.arguments) = (PyroNames.getAttribute, [.string(method)])
        }
        var message: PyroMessage
        do {
            message = PyroMessage(.invoke, serializer: serializer, flags: flags, payload: try call.payload(serializer))
        } catch {
            throw RemoteObjectError.notSent(id, reason: "\(error)")
        }
        guard message.payload.count <= limits.sentBytes else {
            throw RemoteObjectError.tooLarge(id, bytes: message.payload.count, limit: limits.sentBytes)
        }
        if !genericTypes.isEmpty {
            message.annotations = [
                PyroAnnotation(id: Extension.genericTypes, data: Array(genericTypes.joined(separator: "\n").utf8))
            ]
        }
        if mayBeOneWay, try await peer.metadata(of: id).oneway.contains(method) { message.flags.insert(.oneway) }
        do {
            guard let answer = try await peer.exchange(message, for: id) else { return .value(.none) }
            note(answer, asked, id)
            return try read(answer, from: id)
        } catch RemoteObjectError.notSent(_, let reason) {
            // Where it moved to is nobody: the next call asks where it was first.
            moved.withLock { $0[asked] = nil }
            throw RemoteObjectError.notSent(id, reason: reason)
        }
    }

    /// An object where it was seen last.
    private func followed(_ id: RemoteObjectID) -> RemoteObjectID {
        guard let place = moved.withLock({ $0.isEmpty ? nil : $0[id] }) else { return id }
        return RemoteObjectID(object: id.object, location: place, lease: id.lease)
    }

    private func note(_ answer: PyroMessage, _ asked: RemoteObjectID, _ id: RemoteObjectID) {
        guard let place = answer.annotations.first(where: { $0.id == Extension.moved })?.data else { return }
        moved.withLock { moved in
            if moved.count >= Self.rememberedMoves { moved = [:] }
            moved[asked] = String(decoding: place, as: UTF8.self)
        }
    }

    /// What an object says that can be called on it.
    func metadata(of id: RemoteObjectID) async throws -> PyroMetadata {
        try await peer(of: id).metadata(of: id)
    }

    /// Tells a server which of its objects are held here.
    func renew(at place: String, added: [String: Int], dropped: [String: Int]) async throws {
        func value(_ counts: [String: Int]) -> PyroValue {
            .dict(counts.map { PyroEntry(key: .string($0.key), value: .int($0.value)) })
        }
        let daemon = RemoteObjectID(object: PyroNames.daemon, location: place, lease: nil)
        _ = try await call(daemon, "lease", [value(added), value(dropped)])
    }

    /// A connection to an object's server for one stream alone: who waits for its next item holds up no calls.
    func connection(for id: RemoteObjectID) async throws -> PeerConnection {
        try await peer(of: id).ownConnection(for: id)
    }

    /// Asks for something of a stream.
    ///
    /// - Returns: `nil` for what nobody waits for.
    func ask(
        _ method: String, of stream: StreamReference, on connection: PeerConnection, flags: PyroFlags = []
    ) async throws -> PyroValue? {
        let call = PyroCall(object: PyroNames.daemon, method: method, arguments: [.string(stream.id)])
        let message = PyroMessage(.invoke, serializer: serializer, flags: flags, payload: try call.payload(serializer))
        guard let answer = try await connection.exchange(message, for: stream.object, seconds: limits.itemSeconds)
        else { return nil }
        guard case .value(let value) = try read(answer, from: stream.object) else { return nil }
        return value
    }

    private func peer(of id: RemoteObjectID) throws(RemoteObjectError) -> Peer {
        guard let location = id.location else { throw .unknownObject(id) }
        return peers.withLock { peers in
            if let peer = peers[location] { return peer }
            if peers.count >= Self.rememberedPeers { peers = peers.filter { $0.value.isInUse } }
            let peer = Peer(location, identity, limits: limits, group: group)
            peers[location] = peer
            return peer
        }
    }

    private func read(_ answer: PyroMessage, from id: RemoteObjectID) throws -> Answer {
        if answer.flags.contains(.itemStreamResult) {
            guard let stream = answer.streamID else {
                throw RemoteObjectError.badAnswer(id, reason: "its server does not give out streams")
            }
            return .stream(StreamReference(id: stream, object: id))
        }
        guard answer.serializer == serializer.rawValue else {
            throw RemoteObjectError.badAnswer(
                id, reason: "serializer \(answer.serializer) in place of \(serializer.name)")
        }
        let value: PyroValue
        do { value = try serializer.decode(answer.payload, limits: limits.documents) } catch {
            throw RemoteObjectError.badAnswer(id, reason: "\(error)")
        }
        guard answer.flags.contains(.exception) else { return .value(value) }
        guard let exception = PyroException(value) else {
            throw RemoteObjectError.badAnswer(id, reason: "an error that is no exception")
        }
        throw exception
    }
}

/// What a process of ours says to another one beside what Pyro5 knows. Pyro5 takes no notice of annotations that it does not know.
enum Extension {
    /// On an INVOKE: the types that a generic function is called for, a line each.
    static let genericTypes = "SWGT"
    /// On a RESULT: the `host:port` where the object is now.
    static let moved = "SWMV"
    /// On a CONNECT: which process calls, the same on all its connections.
    static let process = "SWPR"
}
