public import Distributed
public import NIOCore

/// Who calls, for objects that have to know: ``PyroActorSystem/caller``.
public struct RemoteCaller: Sendable {
    /// Where it calls from.
    public let address: SocketAddress
    /// Where it found this server, as `host:port`: an address that certainly works for it.
    public let server: String
    private let client: ClientID
    private let system: PyroActorSystem

    init?(_ client: ClientSession, _ system: PyroActorSystem) {
        guard let address = client.address, let server = client.server else { return nil }
        self.address = address
        self.server = RemoteObjectID.location(host: server.ipAddress ?? "", port: server.port ?? 0)
        self.client = client.id
        self.system = system
    }

    /// How it writes an object of this process: `PYRO:object@host:port`.
    public func uri<Object: DistributedActor>(of object: Object) -> String where Object.ActorSystem == PyroActorSystem {
        "\(RemoteObjectID(object: object.id.object, location: server, lease: nil))"
    }

    /// Keeps an object for as long as the caller is there, as if it had been given a reference: for an object that it is told of in
    /// another way.
    ///
    /// - Throws: when it has too many.
    public func hold<Object: DistributedActor>(_ object: Object) throws
    where Object.ActorSystem == PyroActorSystem {
        try system.objects.hold(object.id.object, for: client)
    }
}

extension PyroActorSystem {
    /// Who makes the call that this task carries out; `nil` when it came from this process.
    @TaskLocal public static var caller: RemoteCaller?
}
