import NIOCore
import NIOPosix
public import NIOSSL
public import PyroWire
public import ServiceLifecycle

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where others reach the objects of a system: Pyro5 calls it a daemon.
public struct PyroServer: Service {
    /// Decides whether who connects may call anything.
    ///
    /// It is given what the client said of itself (Pyro5's `_pyroHandshake`), and returns what it is answered, or throws why not.
    public typealias Admission = @Sendable (_ handshake: PyroValue, _ address: String) async throws -> PyroValue

    /// Where it listens, as `host:port`.
    public let endpoint: String
    private let listener: NIOAsyncChannel<Connection, Never>
    private let dispatcher: Dispatcher

    /// A connection that was accepted.
    struct Connection: Sendable {
        let channel: any Channel
        let frames: NIOLoopBound<FrameHandler>
        let executor: LoopExecutor
    }

    /// Opens the place where others call; they are served by ``run()``.
    ///
    /// - Parameters:
    ///   - host: what others connect to; the references that are given out name it.
    ///   - port: 0 takes any that is free.
    ///   - tls: the certificate and key that it shows; nothing is encrypted when nothing is said. Pyro5's clients take part with
    ///     `SSL = True`.
    ///   - admission: lets everybody in when nothing is said.
    /// - Throws: what the system says when nobody can listen there.
    public init(
        _ system: PyroActorSystem, host: String = "127.0.0.1", port: Int = 7781, tls: TLSConfiguration? = nil,
        admission: @escaping Admission = { _, _ in "hello" }
    ) async throws {
        let limits = system.limits
        let encryption = try tls.map { try NIOSSLContext(configuration: $0) }
        let group = MultiThreadedEventLoopGroup.singleton
        let executors = LoopExecutor.all(of: group)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4_096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        listener = try await Self.keptAlive(bootstrap, limits)
            .bind(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let executor = executors[ObjectIdentifier(channel.eventLoop)] ?? LoopExecutor(channel.eventLoop)
                    if let encryption {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: encryption))
                    }
                    let frames = FrameHandler(limits, executor)
                    try channel.pipeline.syncOperations.addHandler(frames)
                    let bound = NIOLoopBound(frames, eventLoop: channel.eventLoop)
                    return Connection(channel: channel, frames: bound, executor: executor)
                }
            }
        endpoint = RemoteObjectID.location(host: host, port: listener.channel.localAddress?.port ?? port)
        system.location = endpoint
        dispatcher = Dispatcher(system, endpoint: endpoint, admission: admission)
    }

    /// The kernel asks silent clients whether they are there: what one holds whose machine is gone is let go.
    private static func keptAlive(_ bootstrap: ServerBootstrap, _ limits: RemoteObjectLimits) -> ServerBootstrap {
        let bootstrap = bootstrap.childChannelOption(.socketOption(.so_keepalive), value: 1)
        #if os(Linux)
            func tcp(_ option: Int32) -> ChannelOptions.Types.SocketOption {
                ChannelOptions.Types.SocketOption(level: .tcp, name: NIOBSDSocket.Option(rawValue: option))
            }
            let (probes, interval) = (3, max(1, limits.silentSeconds / 6))
            return
                bootstrap
                .childChannelOption(tcp(TCP_KEEPIDLE), value: max(1, limits.silentSeconds - probes * interval))
                .childChannelOption(tcp(TCP_KEEPINTVL), value: interval)
                .childChannelOption(tcp(TCP_KEEPCNT), value: probes)
                .childChannelOption(tcp(TCP_USER_TIMEOUT), value: limits.silentSeconds * 1_000)
        #else
            return bootstrap
        #endif
    }

    /// Serves until the task is cancelled, or a graceful stop: then what is in hand is answered first.
    public func run() async throws {
        let result: Result<Void, any Error>
        do { result = .success(try await serve()) } catch { result = .failure(error) }
        let system = dispatcher.system
        await system.activations.end(in: system)
        system.location = nil
        try result.get()
    }

    private func serve() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            let listener = listener
            try await listener.executeThenClose { connections in
                let pause = TimeAmount.milliseconds(Int64(dispatcher.limits.leaseSeconds * 1_000 / 3))
                let sweeper = listener.channel.eventLoop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { _ in
                    dispatcher.sweep(at: .now())
                }
                defer {
                    sweeper.cancel()
                    dispatcher.stop()
                }
                try await withGracefulShutdownHandler {
                    for try await connection in connections {
                        group.addTask(executorPreference: connection.executor) {
                            await ServerConnection(connection, dispatcher).run()
                        }
                    }
                } onGracefulShutdown: {
                    listener.channel.close(promise: nil)
                    dispatcher.stop()
                }
            }
        }
    }
}
