public import Distributed

/// A reference to an object that is known by a `@Resolvable` protocol, as a parameter or a result.
///
///     distributed func open(_ name: String) async throws -> Reference<$Account<PyroActorSystem>>
///
/// A distributed actor of a type of its own needs none: it is a parameter or a result itself. Of what stands for a protocol the
/// compiler does not know that it can travel.
public struct Reference<Object: DistributedActor>: Codable, Sendable, Hashable
where Object.ActorSystem == PyroActorSystem {
    /// Which object, and where.
    public let id: RemoteObjectID
    private let system: PyroActorSystem

    /// A reference to an object, which is kept by it when it is of this process.
    public init<Referred: DistributedActor>(to object: Referred) where Referred.ActorSystem == PyroActorSystem {
        id = object.id.location == nil ? object.actorSystem.reference(to: object.id) : object.id
        system = object.actorSystem
    }

    /// What can be called.
    ///
    /// - Throws: ``RemoteObjectError/unknownObject(_:)`` when it should be in this process and is not.
    public var object: Object {
        get throws { try Object.resolve(id: id, using: system) }
    }

    /// As Pyro5's proxies travel.
    ///
    /// - Throws: ``RemoteObjectError/notSent(_:reason:)`` for an object of a process that has no server.
    public func encode(to encoder: any Encoder) throws { try id.encode(to: encoder) }

    /// - Throws: `DecodingError` when it is no reference, or is not read by an actor system.
    public init(from decoder: any Decoder) throws {
        id = try RemoteObjectID(from: decoder)
        guard let system = decoder.userInfo[.actorSystemKey] as? PyroActorSystem else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "references are read by an actor system"))
        }
        self.system = system
    }

    /// Whether both are the same object.
    public static func == (one: Self, other: Self) -> Bool { one.id == other.id }
    /// As it compares.
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
