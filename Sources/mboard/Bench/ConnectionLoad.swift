import BoardClient
import NIOCore
import NIOPosix

/// A load of connections, one a request: connect, send, half-close, read to the end. Everything happens on one event
/// loop, which is what makes it cheap and its state safe.
final class ConnectionLoad {
    /// Runs a load to its end.
    static func run(_ plan: LoadPlan, _ operation: LoadOperation, progress: Bool) async throws -> LoadResult {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let address = try SocketAddress.makeAddressResolvingHost(plan.server.host, port: plan.server.port)
        let done = loop.makePromise(of: LoadResult.self)
        loop.execute { ConnectionLoad(plan, operation, address, loop, done, progress: progress).start() }
        let result = try await done.futureResult.get()
        try await group.shutdownGracefully()
        return result
    }

    private let plan: LoadPlan
    private let address: SocketAddress
    private let loop: any EventLoop
    private let done: EventLoopPromise<LoadResult>
    private var requests: LoadRequests
    private var tally: LoadTally
    private var open: [ObjectIdentifier: Exchange] = [:]
    private var watch: RepeatedTask?

    private init(
        _ plan: LoadPlan, _ operation: LoadOperation, _ address: SocketAddress, _ loop: any EventLoop,
        _ done: EventLoopPromise<LoadResult>, progress: Bool
    ) {
        self.plan = plan
        self.address = address
        self.loop = loop
        self.done = done
        requests = LoadRequests(operation)
        tally = LoadTally(count: plan.count, progress: progress)
    }

    private func start() {
        for _ in 0..<min(plan.inflight, plan.count) { next() }
        let load = NIOLoopBound(self, eventLoop: loop)
        watch = loop.scheduleRepeatedTask(initialDelay: .milliseconds(200), delay: .milliseconds(200)) { _ in
            load.value.giveUpOld()
            load.value.tally.showProgress()
        }
    }

    private func next() {
        guard tally.takeRequest() else { return }
        let exchange = Exchange(self, ByteBuffer(bytes: requests.next()))
        open[ObjectIdentifier(exchange)] = exchange
        let bound = NIOLoopBound(exchange, eventLoop: loop)
        ClientBootstrap(group: loop)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(bound.value) }
            }
            .connect(to: address)
            .assumeIsolated()
            .whenFailure { error in exchange.end("\(error)") }
    }

    private func ended(_ exchange: Exchange, _ failure: String?) {
        guard open.removeValue(forKey: ObjectIdentifier(exchange)) != nil else { return }
        if let failure { tally.failed(failure) } else { tally.answered(exchange.firstByte, sent: exchange.begin) }
        if tally.unanswered > 0 { return next() }
        watch?.cancel()
        done.succeed(tally.finish())
    }

    private func giveUpOld() {
        let oldest = MonotonicTime.now() - UInt64(plan.timeout * 1e9)
        for exchange in open.values where exchange.begin < oldest { exchange.end("no answer in \(plan.timeout) s") }
    }

    /// One connection.
    private final class Exchange: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        let begin = MonotonicTime.now()
        private(set) var firstByte: UInt8?

        private let load: ConnectionLoad
        private let request: ByteBuffer
        private var context: ChannelHandlerContext?

        init(_ load: ConnectionLoad, _ request: ByteBuffer) {
            self.load = load
            self.request = request
        }

        func channelActive(context: ChannelHandlerContext) {
            self.context = context
            context.writeAndFlush(NIOAny(request), promise: nil)
            context.close(mode: .output, promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            // The first byte tells how it went; the rest is read and not kept.
            if firstByte == nil { firstByte = unwrapInboundIn(data).readableBytesView.first }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard case ChannelEvent.inputClosed = event else { return }
            end(nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            end(nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            end("\(error)")
        }

        /// Reports how it went, and closes.
        func end(_ failure: String?) {
            load.ended(self, failure)
            context?.close(promise: nil)
            context = nil
        }
    }
}
