import Hummingbird
import HummingbirdCore
public import Logging
import MessageBoard
import NIOCore
public import NIOPosix
public import ServiceLifecycle

/// The web's road: HTTP/1.1, with what is called and what is served on its paths.
public final class HTTPGateway: Service {
    /// Where it listens, as `host:port`.
    public let endpoint: String

    private let listener: any Channel
    private let connections: Connections
    private let lanes: Lanes<HTTPCallWork>
    private let pages: HTTPPages
    /// Connections that have asked for a page; bounded by ``ServerLimits/connections``.
    private let readers: AsyncStream<HTTPPages.Value>
    private let readersInput: AsyncStream<HTTPPages.Value>.Continuation
    private let logger: Logger

    /// Opens the road; what has to be waited for waits until ``run()``.
    ///
    /// - Parameters:
    ///   - names: host names that are this server's, besides `host`, `localhost` and addresses.
    ///   - calls: what is called by POST.
    ///   - routes: what else is served.
    /// - Throws: ``BindError``; nothing listens then.
    public init(
        host: String, port: Int, names: [String] = [], calls: [any HTTPCall], routes: [any HTTPRoutes],
        limits: ServerLimits = ServerLimits(), group: MultiThreadedEventLoopGroup = .singleton, logger: Logger
    ) async throws {
        let connections = Connections(limit: limits.connections)
        let lanes = Lanes<HTTPCallWork>(group)
        let (readers, readersInput) = AsyncStream.makeStream(of: HTTPPages.Value.self)
        let setup = HTTPConnections(calls: calls, policy: HostPolicy(names: names + [host]), limits: limits.http)
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
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try setup.configure(channel, work: lanes.input(on: channel.eventLoop), pages: readersInput)
                    }
                }
                .bind(to: try SocketAddress.makeAddressResolvingHost(host, port: port)).get()
        } catch {
            throw BindError(road: .http, endpoint: "\(host):\(port)", error)
        }
        endpoint = listener.localAddress!.endpoint  // a bound socket has one
        pages = HTTPPages(Self.router(calls, routes).buildResponder())
        self.connections = connections
        self.lanes = lanes
        self.readers = readers
        self.readersInput = readersInput
        self.logger = logger
    }

    private static func router(_ calls: [any HTTPCall], _ routes: [any HTTPRoutes]) -> Router<HTTPContext> {
        let router = Router(context: HTTPContext.self)
        for route in routes { route.addRoutes(to: router) }
        for call in calls { router.refuseOthers(than: .post, on: RouterPath(call.path)) }
        return router
    }

    /// Serves until a graceful shutdown; then lets requests that have begun come to their end, and cuts them when cancelled.
    public func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    // The work ends with the last connection. An error of closing is one of having closed.
                    try? await self.listener.closeFuture.get()
                    self.connections.quiesce()
                    await self.connections.drain()
                    self.lanes.finish()
                    self.readersInput.finish()
                }
                group.addTask {
                    await self.lanes.carryOut { work in
                        let answer = await work.call.answer(work.document, from: work.origin)
                        work.connection.value.send(answer, contentType: work.call.contentType)
                    }
                }
                group.addTask { await self.servePages() }
            }
        } onCancelOrGracefulShutdown: { [listener] in
            listener.close(promise: nil)
        }
    }

    private func servePages() async {
        await withDiscardingTaskGroup { group in
            for await reader in readers {
                group.addTask(executorPreference: EventLoopExecutor(reader.channel.eventLoop)) {
                    await self.pages.handle(value: reader, logger: self.logger)
                }
            }
        }
    }
}
