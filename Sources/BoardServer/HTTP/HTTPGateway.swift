import Hummingbird
import HummingbirdCore
public import Logging
import MessageBoard
import NIOCore
import NIOHTTP1
public import NIOPosix
public import ServiceLifecycle

/// The web's road: HTTP/1.1, with what is called and what is served on its paths.
public final class HTTPGateway: Service {
    /// Where it listens, as `host:port`.
    public let endpoint: String

    private let listener: any Channel
    private let connections: Connections
    private let lanes: Lanes<HTTPWork>
    private let calls: [Substring: any HTTPCall]
    private let pages: HTTPPages

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
        let lanes = Lanes<HTTPWork>(group)
        let setup = HTTPConnections(policy: HostPolicy(names: names + [host]), limits: limits.http)
        do {
            listener = try await ServerBootstrap.connections(connections, on: group, limits: limits, logger: logger)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try setup.configure(channel, work: lanes.input(on: channel.eventLoop))
                    }
                }
                .bind(to: try SocketAddress.makeAddressResolvingHost(host, port: port)).get()
        } catch {
            throw BindError(road: .http, endpoint: "\(host):\(port)", error)
        }
        endpoint = listener.localAddress!.endpoint  // a bound socket has one
        self.calls = Dictionary(uniqueKeysWithValues: calls.map { ($0.path[...], $0) })
        pages = HTTPPages(Self.router(calls, routes).buildResponder(), logger: logger)
        self.connections = connections
        self.lanes = lanes
    }

    private static func router(_ calls: [any HTTPCall], _ routes: [any HTTPRoutes]) -> Router<HTTPContext> {
        let router = Router(context: HTTPContext.self, options: .autoGenerateHeadEndpoints)
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
                }
                group.addTask { await self.lanes.carryOut { await self.answer($0) } }
            }
        } onCancelOrGracefulShutdown: { [listener] in
            listener.close(promise: nil)
        }
    }

    private func answer(_ work: HTTPWork) async {
        guard work.head.method == .POST, let call = calls[work.target.path] else { return await pages.answer(work) }
        let answer = await call.answer(work.body, from: work.origin)
        let fields: HTTPHeaders = ["Content-Type": call.contentType, "Content-Length": String(answer.count)]
        work.connection.value.send(HTTPResponseHead(version: work.head.version, status: .ok, headers: fields), answer)
    }
}
