import Hummingbird
import HummingbirdCore
public import Logging
import MessageBoard
import NIOCore
public import NIOPosix
public import ServiceLifecycle

/// The web's road: HTTP/1.1, with what each of its paths serves.
public final class HTTPGateway: Service {
    /// Where it listens, as `host:port`.
    public let endpoint: String

    private let listener: NIOAsyncChannel<HTTPConnections.Value, Never>
    private let serving: HTTPConnections
    private let connections: Connections
    private let logger: Logger

    /// Opens the road; requests wait until ``run()``.
    ///
    /// - Parameters:
    ///   - names: host names that are this server's, besides `host`, `localhost` and addresses: see ``HostPolicy``.
    ///   - services: what the paths serve.
    /// - Throws: ``BindError``; nothing listens then.
    public init(
        host: String, port: Int, names: [String] = [], services: [any HTTPRoutes], limits: ServerLimits = ServerLimits(),
        group: MultiThreadedEventLoopGroup = .singleton, logger: Logger
    ) async throws {
        let connections = Connections(limit: limits.connections)
        let router = Router(context: HTTPContext.self)
        for service in services { service.addRoutes(to: router) }
        let serving = HTTPConnections(
            router.buildResponder(), policy: HostPolicy(names: names + [host]), limits: limits.http)
        do {
            listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: limits.backlog)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Admission(connections, logger: logger))
                    }
                }
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .bind(to: try SocketAddress.makeAddressResolvingHost(host, port: port)) { channel in
                    serving.setup(channel: channel, logger: logger)
                }
        } catch {
            throw BindError(road: .http, endpoint: "\(host):\(port)", error)
        }
        endpoint = listener.channel.localAddress!.endpoint  // a bound socket has one
        self.serving = serving
        self.connections = connections
        self.logger = logger
    }

    /// Serves until a graceful shutdown; then lets requests that have begun come to their end, and cuts them when cancelled.
    public func run() async throws {
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                try await self.listener.executeThenClose { incoming in
                    for try await connection in incoming {
                        group.addTask(executorPreference: EventLoopExecutor(connection.channel.eventLoop)) {
                            await self.serving.handle(value: connection, logger: self.logger)
                        }
                    }
                }
                self.connections.quiesce()
                await self.connections.drain()
            }
        } onCancelOrGracefulShutdown: { [listener] in
            listener.channel.close(promise: nil)
        }
    }
}
