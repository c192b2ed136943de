public import Distributed
public import Logging
import NIOPosix
public import NIOSSL
public import PyroWire
import Synchronization

/// Distributed actors that speak Pyro5's protocol: a Python program calls them with an unmodified `Pyro5.api.Proxy`, and they call
/// Pyro5's objects.
///
/// One system has the objects of one process, the calls that leave it, and, with ``PyroServer``, a place where others reach its
/// objects. An argument or result that is a distributed actor travels as a reference, everything else by value.
public final class PyroActorSystem: DistributedActorSystem {
    /// Which object, and where.
    public typealias ActorID = RemoteObjectID
    /// The arguments of a call.
    public typealias InvocationEncoder = RemoteObjects.InvocationEncoder
    /// The same, at the other end.
    public typealias InvocationDecoder = RemoteObjects.InvocationDecoder
    /// What it comes to.
    public typealias ResultHandler = RemoteObjects.ResultHandler
    /// What travels.
    public typealias SerializationRequirement = any Codable

    /// The bounds that it keeps.
    public let limits: RemoteObjectLimits
    let objects: ObjectTable
    let calls: CallRouter
    let leases: LeaseKeeper
    let moves = Moves()
    /// The names that this process has given to its objects, as many as it has asked for.
    let registrations = Mutex<[String: Registration]>([:])
    let activations = Activations()
    let logger: Logger
    private let place = Mutex<String?>(nil)

    /// The name that the next object gets, in place of one that is made up; those that it makes itself come after it.
    @TaskLocal private static var nextName: NextName?

    /// - Parameters:
    ///   - serializer: how arguments are written; results come in the same.
    ///   - handshake: what it says of itself when it connects: a token where the other end wants one.
    ///   - tls: what its calls are encrypted with, and whom it trusts.
    /// - Throws: what is wrong with the certificates of `tls`.
    public convenience init(
        serializer: PyroSerializer = .serpent, handshake: PyroValue = "hello", tls: TLSConfiguration,
        limits: RemoteObjectLimits = RemoteObjectLimits(), logger: Logger = Logger(label: "remote-objects")
    ) throws {
        self.init(serializer, handshake, try NIOSSLContext(configuration: tls), limits, logger)
    }

    /// A system whose calls are not encrypted; see ``init(serializer:handshake:tls:limits:logger:)``.
    public convenience init(
        serializer: PyroSerializer = .serpent, handshake: PyroValue = "hello",
        limits: RemoteObjectLimits = RemoteObjectLimits(), logger: Logger = Logger(label: "remote-objects")
    ) {
        self.init(serializer, handshake, nil, limits, logger)
    }

    private init(
        _ serializer: PyroSerializer, _ handshake: PyroValue, _ encryption: NIOSSLContext?,
        _ limits: RemoteObjectLimits, _ logger: Logger
    ) {
        self.limits = limits
        self.logger = logger
        objects = ObjectTable(limits)
        let process = UniqueID.text()
        let calls = CallRouter(
            CallerIdentity(serializer: serializer, handshake: handshake, process: process, encryption: encryption),
            limits: limits,
            group: MultiThreadedEventLoopGroup.singleton)
        self.calls = calls
        leases = LeaseKeeper(limits, logger: logger) { place, added, dropped in
            try await calls.renew(at: place, added: added, dropped: dropped)
        }
    }

    // MARK: Objects

    /// Makes an object that others know by a name.
    ///
    ///     let chat = try await system.named("mboard.chat") { Chat(actorSystem: $0) }
    ///
    /// It stays until ``release(_:)``.
    ///
    /// - Throws: ``RemoteObjectError/nameTaken(_:)``, and what `make` throws.
    public func named<Object: DistributedActor>(
        _ name: String, _ make: (PyroActorSystem) async throws -> Object
    ) async throws -> Object where Object.ActorSystem == PyroActorSystem {
        guard objects[name] == nil else { throw RemoteObjectError.nameTaken(name) }
        let object = try await Self.$nextName.withValue(NextName(name)) { try await make(self) }
        _ = objects.keep(object.id.object)
        return object
    }

    /// Keeps an object for as long as the system lasts, or until ``release(_:)``: somebody may come for it who was never given a
    /// reference.
    public func keep<Object: DistributedActor>(_ object: Object) where Object.ActorSystem == PyroActorSystem {
        _ = objects.keep(object.id.object)
    }

    /// Ends what ``keep(_:)`` and ``named(_:_:)`` began. The object ends when nobody holds it.
    public func release<Object: DistributedActor>(_ object: Object) where Object.ActorSystem == PyroActorSystem {
        objects.letGo(object.id.object)
    }

    /// The id of an object of this process that keeps the object for as long as somebody has it.
    func reference(to id: RemoteObjectID) -> RemoteObjectID {
        RemoteObjectID(object: id.object, location: nil, lease: objects[id.object].map { Lease(keeping: $0.actor) })
    }

    /// How others write an object of this process, once its server listens: `PYRO:object@host:port`.
    public func uri<Object: DistributedActor>(of object: Object) -> String where Object.ActorSystem == PyroActorSystem {
        "\(told(object.id))"
    }

    /// Where the server of this system listens, as `host:port`.
    var location: String? {
        get { place.withLock { $0 } }
        set { place.withLock { $0 = newValue } }
    }

    /// An object's id as others have to know it.
    func told(_ id: RemoteObjectID) -> RemoteObjectID {
        id.location != nil ? id : RemoteObjectID(object: id.object, location: location, lease: nil)
    }

    // MARK: DistributedActorSystem

    /// The object itself if it is of this process, `nil` if it has to be called over the network.
    ///
    /// - Throws: ``RemoteObjectError/unknownObject(_:)`` when it should be here and is not.
    public func resolve<Object: DistributedActor>(id: RemoteObjectID, as type: Object.Type) throws -> Object?
    where Object.ID == RemoteObjectID {
        guard id.location == nil || id.location == location else { return nil }
        let object = objects[id.object]?.actor
        if let object = object as? Object { return object }
        // What stands for an object of a protocol finds it here as well, when it is called.
        guard object != nil, type is any _DistributedActorStub.Type else { throw RemoteObjectError.unknownObject(id) }
        return nil
    }

    /// A name that nobody guesses, or that of ``named(_:_:)``.
    public func assignID<Object: DistributedActor>(_ type: Object.Type) -> RemoteObjectID
    where Object.ID == RemoteObjectID {
        RemoteObjectID(object: Self.nextName?.take() ?? "obj_\(UniqueID.text())")
    }

    /// From now on it can be called.
    public func actorReady<Object: DistributedActor>(_ actor: Object) where Object.ID == RemoteObjectID {
        objects.add(actor, actor.id.object, MethodTable.program.methods(of: Object.self))
    }

    /// It is no more.
    public func resignID(_ id: RemoteObjectID) {
        objects.removeEnded(id.object)
    }

    /// An empty list of arguments.
    public func makeInvocationEncoder() -> InvocationEncoder { InvocationEncoder(self) }

    /// Calls an object elsewhere, and waits for its result.
    ///
    /// - Throws: the object's own error, as a ``RemoteError`` of this program or as a `PyroException`; ``RemoteObjectError`` when it
    ///   could not be asked, or did not answer.
    @concurrent
    public func remoteCall<Object, Failure, Success>(
        on actor: Object, target: RemoteCallTarget, invocation: inout InvocationEncoder, throwing: Failure.Type,
        returning: Success.Type
    ) async throws -> Success
    where Object: DistributedActor, Object.ID == RemoteObjectID, Failure: Error, Success: Codable {
        guard actor.id.location != nil else {
            return try await callHere(actor.id, target, invocation, returning: Success.self)
        }
        switch try await call(actor.id, target, invocation, isVoid: false) {
        case .value(let value): return try read(Success.self, value, from: actor.id)
        case .stream(let items):
            guard let type = Success.self as? any IncomingStream.Type,
                let stream = type.init(RemoteItems(items, self)) as? Success
            else {
                throw RemoteObjectError.badAnswer(
                    actor.id, reason: "a stream; the function has to return a RemoteStream")
            }
            return stream
        }
    }

    /// The same, of a function without a result.
    @concurrent
    public func remoteCallVoid<Object, Failure>(
        on actor: Object, target: RemoteCallTarget, invocation: inout InvocationEncoder, throwing: Failure.Type
    ) async throws where Object: DistributedActor, Object.ID == RemoteObjectID, Failure: Error {
        guard actor.id.location != nil else {
            _ = try await callHere(actor.id, target, invocation, returning: PyroValue.self)
            return
        }
        _ = try await call(actor.id, target, invocation, isVoid: true)
    }

    /// Calls an object of this process that is known by its protocol only: arguments and result are copied, as if they travelled.
    private func callHere<Success: Codable>(
        _ id: RemoteObjectID, _ target: RemoteCallTarget, _ invocation: InvocationEncoder, returning: Success.Type
    ) async throws -> Success {
        guard let entry = objects[id.object], let name = MethodNames.program[target.identifier] else {
            throw RemoteObjectError.unknownObject(id)
        }
        let call = PyroCall(object: id.object, method: name, arguments: invocation.arguments)
        do {
            switch try await perform(call, genericTypes: invocation.genericTypes, on: entry, for: nil) {
            case .value(let value): return try read(returning, value, from: id)
            case .stream(let stream as Success): return stream
            case .stream: throw RemoteObjectError.badAnswer(id, reason: "a stream")
            case .failure(let error): throw error
            }
        } catch let fault as CallFault {
            throw fault.exception
        }
    }

    /// Calls a function of an object of this process by its name.
    ///
    /// - Parameter client: who is given the references in its result.
    @concurrent
    func perform(
        _ call: PyroCall, genericTypes: [String], on entry: ObjectTable.Entry, for client: ClientID?
    ) async throws -> ResultHandler.Outcome {
        let (method, arguments) = try entry.methods.match(call)
        guard genericTypes.count <= limits.genericTypes else {
            throw CallFault.limit("a call for \(genericTypes.count) generic types")
        }
        if method.pace.isQuick {
            return try await perform(method, arguments, genericTypes, on: entry.actor, for: client)
        }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await perform(method, arguments, genericTypes, on: entry.actor, for: client)
        }
    }

    @concurrent
    private func perform(
        _ method: ObjectMethods.Method, _ arguments: [PyroValue?], _ genericTypes: [String],
        on actor: any DistributedActor, for client: ClientID?
    ) async throws -> ResultHandler.Outcome {
        var decoder = InvocationDecoder(self, method, arguments, genericTypes: genericTypes)
        let handler = ResultHandler(self, for: client)
        let begin = ContinuousClock.now
        defer { method.pace.took(ContinuousClock.now - begin) }
        if let direct = method.direct {
            try await direct.execute(on: actor, &decoder, handler)
        } else {
            try await executeDistributedTarget(
                on: actor, target: RemoteCallTarget(method.identifier), invocationDecoder: &decoder, handler: handler)
        }
        return handler.outcome
    }

    private func call(
        _ id: RemoteObjectID, _ target: RemoteCallTarget, _ invocation: InvocationEncoder, isVoid: Bool
    ) async throws -> CallRouter.Answer {
        guard let name = MethodNames.program[target.identifier] else {
            throw RemoteObjectError.notSent(id, reason: "\(target) is no function of this program")
        }
        do {
            return try await calls.call(
                id, name, invocation.arguments, genericTypes: invocation.genericTypes, mayBeOneWay: isVoid,
                mayBeAttribute: !isVoid && invocation.arguments.isEmpty)
        } catch let exception as PyroException {
            throw ErrorTranslation.error(for: exception, system: self)
        }
    }

    private func read<Value: Decodable>(_ type: Value.Type, _ value: PyroValue, from id: RemoteObjectID) throws -> Value
    {
        do { return try decode(type, from: value, sentBy: id.location) } catch let error as PyroDataError {
            throw RemoteObjectError.badAnswer(id, reason: "\(error)")
        }
    }

    // MARK: Values

    /// A value as it travels; an object becomes a reference, and stays for as long as the client that is given it.
    func encode<Value: Encodable>(_ value: Value, for client: ClientID? = nil) throws -> PyroValue {
        if let plain = PyroValueEncoder.plain(value) { return plain }
        var encoder = PyroValueEncoder()
        encoder.userInfo[.actorSystemKey] = self
        encoder.userInfo[.receivingClient] = client
        return try encoder.encode(value)
    }

    /// A value that came; a reference becomes the object, or somebody who calls it.
    ///
    /// - Parameter place: the server that sent it, where it was one: it has counted the references to its own objects.
    func decode<Value: Decodable>(_ type: Value.Type, from value: PyroValue, sentBy place: String? = nil) throws
        -> Value
    {
        if let plain = PyroValueDecoder.plain(type, from: value) { return plain }
        var decoder = PyroValueDecoder()
        decoder.userInfo[.actorSystemKey] = self
        decoder.userInfo[.sendingPlace] = place
        return try decoder.decode(type, from: value)
    }
}

/// A name that one object gets.
private final class NextName: Sendable {
    private let name: Mutex<String?>

    init(_ name: String) {
        self.name = Mutex(name)
    }

    func take() -> String? {
        name.withLock { name in
            defer { name = nil }
            return name
        }
    }
}
