import BoardClient
import BoardWire
import Histogram
import NIOCore
import NIOPosix

/// What a fan-out is to be.
struct FanoutPlan: Sendable {
    var server: Endpoint
    var subscribers: Int
    var publishers: Int
    /// Messages that are published and not delivered to everybody yet.
    var inflight: Int
    /// Messages in all.
    var count: Int
    /// Bytes of a message.
    var size: Int
    /// Seconds without a delivery after which it ends.
    var timeout: Double

    /// Deliveries in all.
    var deliveries: Int { count * subscribers }
}

/// What came of it.
struct FanoutResult: Sendable {
    var delivered = 0
    var errors = 0
    var firstError: String?
    var seconds = 0.0
    var clientMicroseconds = 0.0
    /// Nanoseconds from a publish to each of its deliveries, when one message was in flight.
    var latencies = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
}

/// Subscribers of the live road in push mode, and publishers who keep a number of messages in flight. Everything happens on
/// one event loop. Deliveries are counted by the colons: one stands before each message.
final class FanoutLoad {
    /// Runs a load to its end.
    static func run(_ plan: FanoutPlan, progress: Bool) async throws -> FanoutResult {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let address = try SocketAddress.makeAddressResolvingHost(plan.server.host, port: plan.server.port)
        let done = loop.makePromise(of: FanoutResult.self)
        loop.execute { FanoutLoad(plan, loop, address, done, progress: progress).start() }
        let result: Result<FanoutResult, any Error>
        do { result = .success(try await done.futureResult.get()) } catch { result = .failure(error) }
        try await group.shutdownGracefully()
        return try result.get()
    }

    private let plan: FanoutPlan
    private let loop: any EventLoop
    private let address: SocketAddress
    private let done: EventLoopPromise<FanoutResult>
    private let progress: Bool
    private let request: [UInt8]
    private var publishers: [any Channel] = []
    private var waitedFor: Int
    private var published = 0
    private var nextPublisher = 0
    private var result = FanoutResult()
    private var begin: UInt64 = 0
    private var cpuAtBegin = 0.0
    private var lastPublish: UInt64 = 0
    private var lastDelivery: UInt64 = 0
    private var isOver = false
    private var watch: RepeatedTask?

    private init(
        _ plan: FanoutPlan, _ loop: any EventLoop, _ address: SocketAddress, _ done: EventLoopPromise<FanoutResult>,
        progress: Bool
    ) {
        self.plan = plan
        self.loop = loop
        self.address = address
        self.done = done
        self.progress = progress
        request = LiveRequest.publish(body: [UInt8](repeating: UInt8(ascii: "x"), count: plan.size)).encoded()
        waitedFor = plan.subscribers + plan.publishers
    }

    private func start() {
        lastDelivery = MonotonicTime.now()
        for _ in 0..<plan.subscribers { connect(Subscriber(self)) }
        for _ in 0..<plan.publishers { connect(Publisher(self)) }
        let load = NIOLoopBound(self, eventLoop: loop)
        watch = loop.scheduleRepeatedTask(initialDelay: .milliseconds(200), delay: .milliseconds(200)) { _ in
            load.value.look()
        }
    }

    private func connect(_ handler: some ChannelHandler) {
        let bound = NIOLoopBound(handler, eventLoop: loop)
        ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(bound.value) }
            }
            .connect(to: address)
            .assumeIsolated()
            .whenFailure { error in
                self.stop(throwing: ClientError.unreachable(endpoint: "\(self.plan.server)", reason: "\(error)"))
            }
    }

    /// One more connection is where it should be; when all are, it begins.
    private func isReady() {
        waitedFor -= 1
        guard waitedFor == 0 else { return }
        begin = MonotonicTime.now()
        lastDelivery = begin
        cpuAtBegin = OwnUsage.cpuMicroseconds()
        publish()
    }

    /// Publishes as many as may be in flight.
    private func publish() {
        let room = min(plan.count, result.delivered / plan.subscribers + plan.inflight) - published
        // Few large writes: this process shares its cores with the server it measures.
        guard room >= max(1, min(plan.inflight / 8, plan.count - published)), !isOver else { return }
        published += room
        lastPublish = MonotonicTime.now()
        let publisher = publishers[nextPublisher]
        nextPublisher = (nextPublisher + 1) % publishers.count
        var buffer = publisher.allocator.buffer(capacity: request.count * room)
        for _ in 0..<room { buffer.writeBytes(request) }
        publisher.writeAndFlush(buffer, promise: nil)
    }

    private func delivered(_ messages: Int) {
        guard messages > 0 else { return }
        let now = MonotonicTime.now()
        lastDelivery = now
        result.delivered += messages
        if plan.inflight == 1 { for _ in 0..<messages { result.latencies.record(now - lastPublish) } }
        if result.delivered >= plan.deliveries { stop() } else { publish() }
    }

    private func failed(_ reason: String) {
        guard !isOver else { return }
        result.errors += 1
        if result.firstError == nil { result.firstError = reason }
    }

    private func look() {
        if progress, begin > 0 {
            let rate = Double(result.delivered) / (Double(MonotonicTime.now() - begin) / 1e9)
            tell("\r\u{1B}[K\(result.delivered) of \(plan.deliveries) deliveries, \(Int(rate)) a second")
        }
        guard MonotonicTime.now() - lastDelivery > UInt64(plan.timeout * 1e9) else { return }
        failed("no delivery in \(plan.timeout) s")
        stop()
    }

    private func stop(throwing error: (any Error)? = nil) {
        guard !isOver else { return }
        isOver = true
        watch?.cancel()
        if progress { tell("\r\u{1B}[K") }
        if let error { return done.fail(error) }
        result.seconds = Double(lastDelivery - begin) / 1e9
        result.clientMicroseconds = OwnUsage.cpuMicroseconds() - cpuAtBegin
        done.succeed(result)
    }

    /// One that is pushed what is new: two answers, then deliveries.
    private final class Subscriber: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let load: FanoutLoad
        private var answers = 2

        init(_ load: FanoutLoad) {
            self.load = load
        }

        func channelActive(context: ChannelHandlerContext) {
            let requests = LiveRequest.resumeAtLast(count: 0).encoded() + LiveRequest.delivery(.push).encoded()
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: requests)), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var buffer = unwrapInboundIn(data)
            while answers > 0, let byte = buffer.readInteger(as: UInt8.self) {
                guard byte == LiveAnswer.end else { continue }
                answers -= 1
                if answers == 0 { load.isReady() }
            }
            load.delivered(buffer.withUnsafeReadableBytes(Self.colons))
        }

        private static func colons(_ bytes: UnsafeRawBufferPointer) -> Int {
            var count = 0
            for byte in bytes where byte == UInt8(ascii: ":") { count &+= 1 }
            return count
        }

        func channelInactive(context: ChannelHandlerContext) {
            load.failed("the server closed a subscriber's connection")
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            load.failed("a subscriber: \(error)")
            context.close(promise: nil)
        }
    }

    /// One that publishes, and is told how it went.
    private final class Publisher: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let load: FanoutLoad
        private var code: UInt8?

        init(_ load: FanoutLoad) {
            self.load = load
        }

        func channelActive(context: ChannelHandlerContext) {
            load.publishers.append(context.channel)
            load.isReady()
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            for byte in unwrapInboundIn(data).readableBytesView {
                if code == nil { code = byte }
                guard byte == LiveAnswer.end else { continue }
                // Done, or the one notice of news that is never fetched.
                if code != UInt8(ascii: "0") && code != UInt8(ascii: "7") { load.failed("a publish was refused") }
                code = nil
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            load.failed("the server closed a publisher's connection")
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            load.failed("a publisher: \(error)")
            context.close(promise: nil)
        }
    }
}
