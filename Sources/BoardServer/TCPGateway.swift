public import Logging
import MessageBoard
import NIOCore
public import NIOPosix
public import ServiceLifecycle
import Synchronization

/// The road of one connection a request (protocols.md, section 1): the request up to the half-close, the answer, close.
public final class TCPGateway: Service {
    /// Where it listens, as `host:port`.
    public let endpoint: String

    private let server: NIOAsyncChannel<TCPConnection.Socket, Never>
    private let executors: EventLoopExecutors
    private let processor: RequestProcessor
    private let limits: ServerLimits
    private let requestBytes: ByteBudget
    private let logger: Logger
    private let open = Mutex(0)

    /// Opens the road; connections wait in the kernel until ``run()``.
    ///
    /// - Throws: ``BindError``; nothing listens then.
    public init(
        host: String, port: Int, processor: RequestProcessor, limits: ServerLimits = ServerLimits(),
        group: MultiThreadedEventLoopGroup = .singleton, logger: Logger
    ) async throws {
        do {
            let address = try SocketAddress.makeAddressResolvingHost(host, port: port)
            server = try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: limits.backlog)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .bind(to: address) { channel in TCPConnection.wrap(channel, limits) }
        } catch {
            throw BindError(road: .tcp, endpoint: "\(host):\(port)", error)
        }
        endpoint = server.channel.localAddress!.endpoint  // a bound socket has one
        executors = EventLoopExecutors(group)
        self.processor = processor
        self.limits = limits
        self.logger = logger
        requestBytes = ByteBudget(limit: limits.unfinishedRequestBytes)
    }

    /// Serves until a graceful shutdown; then lets the connections it has come to their end.
    public func run() async throws {
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                try await server.executeThenClose { connections in
                    for try await socket in connections { accept(socket, in: &group) }
                }
            }
        } onGracefulShutdown: { [channel = server.channel] in
            channel.close(promise: nil)
        }
    }

    private func accept(_ socket: TCPConnection.Socket, in group: inout ThrowingDiscardingTaskGroup<any Error>) {
        guard admit() else {
            logger.warning(
                "a connection was closed: the limit is reached", metadata: ["limit": "\(limits.connections)"])
            return socket.channel.close(promise: nil)
        }
        group.addTask(executorPreference: executors[socket.channel.eventLoop]) {
            await self.serve(socket)
            self.open.withLock { $0 -= 1 }
        }
    }

    private func admit() -> Bool {
        open.withLock { open in
            guard open < limits.connections else { return false }
            open += 1
            return true
        }
    }

    private func serve(_ socket: TCPConnection.Socket) async {
        do {
            try await TCPConnection(
                socket: socket, processor: processor, limits: limits, requestBytes: requestBytes
            ).serve()
        } catch {
            // The client has gone, or was cut: nobody is left to tell.
            logger.debug("a connection ended early", metadata: ["reason": "\(error)"])
        }
    }
}
