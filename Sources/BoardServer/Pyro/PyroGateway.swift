public import Logging
public import MessageBoard
import RemoteObjects
public import ServiceLifecycle

/// The road of remote objects: the board as `mboard.board`, the chat as `mboard.chat`, for everybody who speaks Pyro5's protocol.
public struct PyroGateway: Service {
    /// Where it listens, as `host:port`.
    public let endpoint: String
    /// The names of its objects.
    static let (board, chat) = ("mboard.board", "mboard.chat")
    static var objects: [String] { [board, chat] }
    private let server: PyroServer

    /// Binds the road.
    ///
    /// - Throws: ``BindError``.
    public init(host: String, port: Int, board: any Board, limits: ServerLimits, logger: Logger) async throws {
        var remote = RemoteObjectLimits()
        remote.connections = limits.connections
        remote.messageBytes = limits.pyro.callBytes
        remote.streams = limits.pyro.streams
        remote.objectsPerClient = limits.pyro.objectsPerClient
        let system = PyroActorSystem(limits: remote, logger: logger)
        // The system keeps them.
        _ = try await system.named(Self.board) { BoardObject(board, limits: limits.pyro, actorSystem: $0) }
        _ = try await system.named(Self.chat) { Chat(board, limits: limits.pyro, actorSystem: $0) }
        do {
            server = try await PyroServer(system, host: host, port: port)
        } catch {
            let place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
            throw BindError(road: .pyro, endpoint: place, error)
        }
        endpoint = server.endpoint
    }

    /// Serves until the task is cancelled, or a graceful stop: then calls that are being answered are answered first, and streams end.
    public func run() async throws {
        try await server.run()
    }
}
