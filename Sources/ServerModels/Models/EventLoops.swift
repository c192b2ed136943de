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
/// At the bounds: a connection whose request is being handled, or whose answers are not taken, is not read meanwhile; over
/// `ModelLimits.connections`, nobody is accepted until one ends.
struct EventLoops: ServerModel {
    let threads: Int

    func run(_ server: Server) async throws {
        try await withLoops(threads, of: server) { loops in
            try await loops.serve { channel in
                try channel.pipeline.syncOperations.addHandlers(
                    IdleStateHandler(allTimeout: .seconds(Int64(server.limits.idleSeconds))),
                    LoopConversation(server, loops, peer: Peer(channel.remoteAddress)))
            }
        }
    }
}

/// One connection on an event loop.
private final class LoopConversation: ChannelInboundHandler, ChannelOutboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    private let server: Server
    private let loops: LoopServer
    private let peer: Peer
    private let framing: any RequestFraming
    /// The timer of an answer that is delayed.
    private var timer: Scheduled<Void>?
    private var isAnswering = false
    private var isReadHeldBack = false
    /// Whether the client takes its answers as fast as they come.
    private var isWritable = true
    private var isInputClosed = false
    /// What has come is still answered, and nothing more: half a request never becomes a whole one.
    private var isLast = false
    private var isOver = false
    private var isGoingOn = false
    private var hasWritten = false
    private var discarded = 0

    init(_ server: Server, _ loops: LoopServer, peer: Peer) {
        self.server = server
        self.loops = loops
        self.peer = peer
        framing = server.service.framing()
    }

    // MARK: What the loop tells

    func channelActive(context: ChannelHandlerContext) {
        server.logger.info("New client connected from \(peer)")
        server.counters.served.add()
        let greeting = server.service.greeting
        if !greeting.isEmpty {
            context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: greeting)), promise: nil)
            context.close(mode: .output, promise: nil)
        }
        server.logger.info("Service offered, client \(peer) is using a service ...")
        if server.isStopping {
            isLast = true
            goOn(context)
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isOver = true
        if let timer {
            timer.cancel()
            server.counters.busy.add(-1)
        }
        server.counters.served.add(-1)
        server.logger.info("Client \(peer) disconnected")
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        if isOver {
            discarded += bytes.readableBytes
            if discarded > server.limits.discardedBytes { context.close(promise: nil) }
        } else {
            bytes.withUnsafeReadableBytes { framing.append($0) }
            goOn(context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if isWritable { goOn(context) }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            isInputClosed = true
            if !isLast { framing.end() }
            goOn(context)
        case LoopEvent.last:
            isLast = true
            if context.channel.isActive { goOn(context) }
        case is IdleStateHandler.IdleStateEvent:
            // A handler takes the time it takes; who is cut is a client.
            guard !isAnswering else { return }
            server.counters.broken.add()
            context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// Reading stops while a request is being handled, and while answers are not taken: what comes meanwhile waits in the kernel.
    func read(context: ChannelHandlerContext) {
        if isAnswering || !isWritable { isReadHeldBack = true } else { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        server.counters.broken.add()
        context.close(promise: nil)
    }

    // MARK: Requests and answers

    /// Deals with what has come, as far as that can be done without waiting.
    private func goOn(_ context: ChannelHandlerContext) {
        // What is written below may call back.
        guard !isGoingOn else { return }
        isGoingOn = true
        var hasMore = true
        while hasMore, !isAnswering, !isOver {
            if !isWritable { flush(context) }
            guard isWritable else { break }
            hasMore = step(context)
        }
        flush(context)
        isGoingOn = false
        if isReadHeldBack, !isAnswering, isWritable {
            isReadHeldBack = false
            context.read()
        }
    }

    /// - Returns: `false` when more has to come first.
    private func step(_ context: ChannelHandlerContext) -> Bool {
        switch framing.next() {
        case .request(let request): handle(request, context)
        case .needsMore:
            if isLast { end(context) }
            return false
        case .finished: end(context)
        case .refused(let answer):
            server.counters.refused.add()
            write(answer, context)
            // What still comes is read and dropped until the client closes, is idle, or has sent too much.
            if isInputClosed { end(context) } else { endOutput(context) }
        }
        return true
    }

    private func handle(_ request: [UInt8], _ context: ChannelHandlerContext) {
        server.counters.requests.add()
        server.counters.busy.add()
        do {
            switch try server.service.handle(request, from: peer) {
            case .ready(let answer): answered(answer, context)
            case .delayed(let answer, let delay):
                isAnswering = true
                timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) {
                    self.timer = nil
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
        let answer = context.eventLoop.makePromise(of: [UInt8].self)
        loops.start {
            do { answer.succeed(try await work()) } catch { answer.fail(error) }
        }
        answer.futureResult.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let bytes): self.answered(bytes, context)
            case .failure(let error): self.answered(self.server.failed("\(error)"), context)
            }
            self.goOn(context)
        }
    }

    private func answered(_ answer: [UInt8], _ context: ChannelHandlerContext) {
        server.counters.busy.add(-1)
        isAnswering = false
        guard !isOver else { return }  // the client has gone meanwhile
        server.counters.answers.add()
        write(answer, context)
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        hasWritten = true
        context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
    }

    private func flush(_ context: ChannelHandlerContext) {
        guard hasWritten else { return }
        hasWritten = false
        context.flush()
    }

    private func endOutput(_ context: ChannelHandlerContext) {
        isOver = true
        flush(context)
        context.close(mode: .output, promise: nil)
    }

    /// Closes when the kernel has what was answered.
    private func end(_ context: ChannelHandlerContext) {
        isOver = true
        hasWritten = false
        let empty = wrapOutboundOut(context.channel.allocator.buffer(capacity: 0))
        context.writeAndFlush(empty).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }
}
