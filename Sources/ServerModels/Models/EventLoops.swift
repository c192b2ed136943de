import Glibc
import Logging
import NIOCore
import NIOPosix

/// N event loops, none of which ever waits: a loop asks the kernel which of its connections have something, and deals with each
/// (SwiftNIO).
///
///     loop: which sockets are ready? --> read --> handle --> write --.
///       ^_____________________________________________________________|
///
/// A handler that computes keeps its loop, and all clients on it, waiting; one that waits sets a timer.
///
/// At the bounds: a connection whose request is being handled is not read meanwhile; over `ModelLimits.connections`, nobody is
/// accepted until one ends.
struct EventLoops: ServerModel {
    let threads: Int

    func run(_ server: Server) async throws {
        try await withLoops(threads, of: server) { loops in
            let listener = try await loops.bootstrap
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers(
                            IdleStateHandler(allTimeout: .seconds(Int64(server.limits.idleSeconds))),
                            LoopConversation(server, peer: Peer(channel.remoteAddress)))
                    }
                }
                .withBoundSocket(dup(server.listener.descriptor)).get()
            try await loops.serve(listener)
        }
    }
}

/// One connection on an event loop.
private final class LoopConversation: ChannelInboundHandler, ChannelOutboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    private let server: Server
    private let peer: Peer
    private let framing: any RequestFraming
    private var isAnswering = false
    private var isReadHeldBack = false
    /// What has come is still answered, and nothing more: half a request never becomes a whole one.
    private var isLast = false
    private var isOver = false

    init(_ server: Server, peer: Peer) {
        self.server = server
        self.peer = peer
        framing = server.service.framing()
    }

    func channelActive(context: ChannelHandlerContext) {
        server.logger.info("New client connected from \(peer)")
        server.counters.served.add()
        let greeting = server.service.greeting
        if !greeting.isEmpty {
            context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: greeting)), promise: nil)
            context.close(mode: .output, promise: nil)
        }
        server.logger.info("Service offered, client \(peer) is using a service ...")
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        server.counters.served.add(-1)
        server.logger.info("Client \(peer) disconnected")
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unwrapInboundIn(data).withUnsafeReadableBytes { if !isOver { framing.append($0) } }
        goOn(context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            if !isLast { framing.end() }
            goOn(context)
        case is ChannelShouldQuiesceEvent:
            isLast = true
            goOn(context)
        case is IdleStateHandler.IdleStateEvent:
            // A handler takes the time it takes; who is cut is a client.
            guard !isAnswering else { return }
            server.counters.broken.add()
            context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// Reading stops while a request is being handled: what comes meanwhile waits in the kernel.
    func read(context: ChannelHandlerContext) {
        if isAnswering { isReadHeldBack = true } else { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        server.counters.broken.add()
        context.close(promise: nil)
    }

    private func goOn(_ context: ChannelHandlerContext) {
        while !isAnswering, !isOver {
            switch framing.next() {
            case .request(let request): handle(request, context)
            case .needsMore:
                if isLast { end(context) }
                return
            case .finished: end(context)
            case .refused(let answer):
                server.counters.refused.add()
                send(answer, context)
                context.close(mode: .output, promise: nil)
                isOver = true  // what still comes is read and dropped until the client closes, or is idle
            }
        }
    }

    private func handle(_ request: [UInt8], _ context: ChannelHandlerContext) {
        server.counters.requests.add()
        server.counters.busy.add()
        do {
            switch try server.service.handle(request, from: peer) {
            case .ready(let answer): answered(answer, context)
            case .delayed(let answer, let delay):
                isAnswering = true
                context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) {
                    self.answered(answer, context)
                    self.goOn(context)
                }
            case .awaited(let work): wait(for: work, context)
            }
        } catch {
            answered(server.failed("\(error)"), context)
        }
    }

    private func wait(for work: @escaping @Sendable () async throws -> [UInt8], _ context: ChannelHandlerContext) {
        isAnswering = true
        let answer = context.eventLoop.makeFutureWithTask(work)
        answer.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let bytes): self.answered(bytes, context)
            case .failure(let error): self.answered(self.server.failed("\(error)"), context)
            }
            self.goOn(context)
        }
    }

    private func answered(_ answer: [UInt8], _ context: ChannelHandlerContext) {
        server.counters.busy.add(-1)
        server.counters.answers.add()
        isAnswering = false
        send(answer, context)
        if isReadHeldBack {
            isReadHeldBack = false
            context.read()
        }
    }

    private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
    }

    /// Closes when the kernel has what was answered.
    private func end(_ context: ChannelHandlerContext) {
        isOver = true
        let empty = wrapOutboundOut(context.channel.allocator.buffer(capacity: 0))
        context.writeAndFlush(empty).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }
}
