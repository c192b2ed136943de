import Logging
import NIOCore
import NIOExtras
import NIOPosix

/// What the two models on event loops share: the loops, and the accept channel with its bounds.
final class LoopServer: Sendable {
    private let server: Server
    private let group: MultiThreadedEventLoopGroup
    private let quiescing: ServerQuiescingHelper

    fileprivate init(_ server: Server, _ group: MultiThreadedEventLoopGroup) {
        self.server = server
        self.group = group
        quiescing = ServerQuiescingHelper(group: group)
    }

    /// Accepts on the server's socket, pauses at the limit of connections and when there are no descriptors left.
    var bootstrap: ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelInitializer { [server, quiescing] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        AcceptBackoffHandler { _ in
                            server.counters.pauses.add()
                            return .milliseconds(100)
                        },
                        AcceptLimit(server), quiescing.makeServerChannelHandler(channel: channel))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: server.limits.readBytes))
    }

    /// Waits until the server has stopped and all connections have come to their end.
    func serve(_ listener: any Channel) async throws {
        let ended = group.any().makePromise(of: Void.self)
        listener.closeFuture.whenComplete { [server] _ in
            server.listener.stopListening()
            server.stop()  // has been, unless the system closed the socket
        }
        server.whenStopping { [quiescing] in quiescing.initiateShutdown(promise: ended) }
        try await ended.futureResult.get()
    }
}

/// Stands where connections are accepted: counts them, and pauses at the limit.
private final class AcceptLimit: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = any Channel

    private let server: Server
    private var open = 0
    private var isHeldBack = false

    init(_ server: Server) {
        self.server = server
    }

    func read(context: ChannelHandlerContext) {
        if open >= server.limits.connections { isHeldBack = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        open += 1
        server.counters.accepted.add()
        server.counters.open.add()
        unwrapInboundIn(data).closeFuture.hop(to: context.eventLoop).assumeIsolated().whenComplete { _ in
            self.closed(context)
        }
        context.fireChannelRead(data)
    }

    private func closed(_ context: ChannelHandlerContext) {
        open -= 1
        server.counters.open.add(-1)
        guard isHeldBack else { return }
        isHeldBack = false
        context.read()
    }
}

extension Peer {
    /// The client of a connection; unknown when that has ended already.
    init(_ address: SocketAddress?) {
        self.init(address: address?.ipAddress ?? "unknown", port: address?.port ?? 0)
    }
}

/// Gives a model its loops, and ends them when it has come to its end.
///
/// When the time for finishing is over, the loops end with everything on them.
func withLoops(
    _ threads: Int, of server: Server, _ body: (LoopServer) async throws -> Void
) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
    server.counters.threads.add(threads)
    server.whenCut { group.shutdownGracefully { _ in } }
    do { try await body(LoopServer(server, group)) } catch {
        try? await group.shutdownGracefully()  // the model's error is the one to tell
        throw error
    }
    server.counters.threads.add(-threads)
    try? await group.shutdownGracefully()  // ended already, when it was cut
}
