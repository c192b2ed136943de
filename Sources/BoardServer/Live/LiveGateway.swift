public import Logging
import MessageBoard
import NIOCore
public import NIOPosix
public import ServiceLifecycle

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The road of long-lived connections, on which the server brings what is new (protocols.md, section 3).
public final class LiveGateway: Service {
    /// Where it listens, as `host:port`.
    public let endpoint: String

    private let listener: any Channel
    private let connections: Connections
    private let lanes: [Lane]

    /// One event loop with its hub.
    private struct Lane: Sendable {
        let loop: any EventLoop
        let executor: EventLoopExecutor
        let hub: NIOLoopBound<LiveHub>
        let work: AsyncStream<LiveWork>
        let input: AsyncStream<LiveWork>.Continuation
    }

    /// Opens the road; news and what has to be waited for wait until ``run()``.
    ///
    /// - Throws: ``BindError``; nothing listens then.
    public init(
        host: String, port: Int, processor: RequestProcessor, limits: ServerLimits = ServerLimits(),
        group: MultiThreadedEventLoopGroup = .singleton, logger: Logger
    ) async throws {
        let connections = Connections(limit: limits.connections)
        let requestBytes = Budget(limit: limits.unfinishedRequestBytes)
        var lanes: [Lane] = []
        do {
            for loop in group.makeIterator() {
                let (work, input) = AsyncStream.makeStream(of: LiveWork.self)
                let hub = try await loop.submit {
                    NIOLoopBound(
                        LiveHub(
                            board: processor.board, limits: limits, requestBytes: requestBytes, loop: loop, work: input,
                            logger: logger), eventLoop: loop)
                }.get()
                lanes.append(
                    Lane(loop: loop, executor: EventLoopExecutor(loop), hub: hub, work: work, input: input))
            }
            let hubs = Dictionary(uniqueKeysWithValues: lanes.map { (ObjectIdentifier($0.loop), $0.hub) })
            let address = try SocketAddress.makeAddressResolvingHost(host, port: port)
            listener = try await Self.keptAlive(
                .connections(connections, on: group, limits: limits, logger: logger), limits
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let hub = hubs[ObjectIdentifier(channel.eventLoop)]!.value  // every loop of the group has one
                    try channel.pipeline.syncOperations.addHandler(LiveServer(hub: hub))
                }
            }
            .bind(to: address).get()
        } catch {
            throw BindError(road: .live, endpoint: "\(host):\(port)", error)
        }
        endpoint = listener.localAddress!.endpoint  // a bound socket has one
        self.connections = connections
        self.lanes = lanes
    }

    /// The kernel asks silent peers whether they are there, and gives up on those that do not answer.
    private static func keptAlive(_ bootstrap: ServerBootstrap, _ limits: ServerLimits) -> ServerBootstrap {
        func tcp(_ option: Int32) -> ChannelOptions.Types.SocketOption {
            ChannelOptions.Types.SocketOption(level: .tcp, name: NIOBSDSocket.Option(rawValue: option))
        }
        let silence = limits.liveKeepAliveSeconds + limits.liveKeepAliveIntervalSeconds * limits.liveKeepAliveProbes
        let bootstrap = bootstrap.childChannelOption(.socketOption(.so_keepalive), value: 1)
        #if os(Linux)
            return
                bootstrap
                .childChannelOption(tcp(TCP_KEEPIDLE), value: limits.liveKeepAliveSeconds)
                .childChannelOption(tcp(TCP_KEEPINTVL), value: limits.liveKeepAliveIntervalSeconds)
                .childChannelOption(tcp(TCP_KEEPCNT), value: limits.liveKeepAliveProbes)
                .childChannelOption(tcp(TCP_USER_TIMEOUT), value: silence * 1_000)
        #else
            return bootstrap
        #endif
    }

    /// Serves until a graceful shutdown; then lets the connections finish what is in hand, and cuts them when cancelled.
    public func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    // The work ends with the last connection. An error of closing is one of having closed.
                    try? await self.listener.closeFuture.get()
                    for lane in self.lanes { lane.loop.execute { lane.hub.value.end() } }
                    await self.connections.drain()
                    for lane in self.lanes { lane.input.finish() }
                }
                for lane in lanes {
                    group.addTask(executorPreference: lane.executor) { await self.serve(lane) }
                }
            }
        } onCancelOrGracefulShutdown: { [listener] in
            listener.close(promise: nil)
        }
    }

    private func serve(_ lane: Lane) async {
        await withDiscardingTaskGroup { group in
            group.addTask(executorPreference: lane.executor) { await lane.hub.value.follow() }
            for await piece in lane.work {
                group.addImmediateTask(executorPreference: lane.executor) {
                    await piece.carryOut(lane.hub.value.board)
                }
            }
            group.cancelAll()
        }
    }
}
