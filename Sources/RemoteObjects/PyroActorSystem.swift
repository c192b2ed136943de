public import Distributed
public import Logging
import NIOPosix
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
    let logger: Logger
    private let place = Mutex<String?>(nil)

    /// The name that the next object gets, in place of one that is made up.
    @TaskLocal private static var nextName: String?

    /// - Parameters:
    ///   - serializer: how arguments are written; results come in the same.
    ///   - handshake: what it says of itself when it connects: a token where the other end wants one.
    public init(
        serializer: PyroSerializer = .serpent, handshake: PyroValue = "hello",
        limits: RemoteObjectLimits = RemoteObjectLimits(), logger: Logger = Logger(label: "remote-objects")
    ) {
        self.limits = limits
        self.logger = logger
        objects = ObjectTable(limits)
        calls = CallRouter(
            serializer: serializer, handshake: handshake, limits: limits,
            group: MultiThreadedEventLoopGroup.singleton, logger: logger)
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
        let object = try await Self.$nextName.withValue(name) { try await make(self) }
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
        guard let object = objects[id.object]?.actor as? Object else { throw RemoteObjectError.unknownObject(id) }
        return object
    }

    /// A name that nobody guesses, or that of ``named(_:_:)``.
    public func assignID<Object: DistributedActor>(_ type: Object.Type) -> RemoteObjectID
    where Object.ID == RemoteObjectID {
        RemoteObjectID(object: Self.nextName ?? "obj_\(UniqueID.text())")
    }

    /// From now on it can be called.
    public func actorReady<Object: DistributedActor>(_ actor: Object) where Object.ID == RemoteObjectID {
        objects.add(actor, actor.id.object, MethodTable.program.methods(of: Object.self))
    }

    /// It is no more.
    public func resignID(_ id: RemoteObjectID) {
        objects.remove(id.object)
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
        let answer = try await call(actor.id, target, invocation, isVoid: false)
        switch answer {
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
        _ = try await call(actor.id, target, invocation, isVoid: true)
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
        do { return try decode(type, from: value) } catch let error as PyroDataError {
            throw RemoteObjectError.badAnswer(id, reason: "\(error)")
        }
    }

    // MARK: Values

    /// A value as it travels; an object becomes a reference, and stays for as long as the client that is given it.
    func encode<Value: Encodable>(_ value: Value, for client: ClientID? = nil) throws -> PyroValue {
        var encoder = PyroValueEncoder()
        encoder.userInfo[.actorSystemKey] = self
        encoder.userInfo[.receivingClient] = client
        return try encoder.encode(value)
    }

    /// A value that came; a reference becomes the object, or somebody who calls it.
    func decode<Value: Decodable>(_ type: Value.Type, from value: PyroValue) throws -> Value {
        var decoder = PyroValueDecoder()
        decoder.userInfo[.actorSystemKey] = self
        return try decoder.decode(type, from: value)
    }
}
