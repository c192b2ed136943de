import BoardClient
import NIOCore
import NIOPosix
import PyroWire

/// Calls of one method over and over.
struct CallPlan: Sendable {
    let server: Endpoint
    let serializer: PyroSerializer
    let connect: PyroConnect
    let call: PyroCall
    /// Connections, each with one call that waits for its answer: so Python's clients call.
    let inflight: Int
    let count: Int
    /// Seconds.
    let timeout: Double
}

/// A load of calls by Pyro's protocol on kept connections. The message is written once, and only its number is new in each call;
/// of an answer only the head is read. Everything happens on one event loop, which is what makes it cheap and its state safe.
final class CallLoad {
    /// Runs a load to its end. The time begins when all connections are let in.
    ///
    /// - Throws: what the server says when it does not let them in.
    static func run(_ plan: CallPlan, progress: Bool) async throws -> LoadResult {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let address = try SocketAddress.makeAddressResolvingHost(plan.server.host, port: plan.server.port)
        let connect = PyroMessage(
            .connect, serializer: plan.serializer, payload: try plan.connect.payload(plan.serializer))
        let call = PyroMessage(.invoke, serializer: plan.serializer, payload: try plan.call.payload(plan.serializer))
        let done = loop.makePromise(of: LoadResult.self)
        loop.execute {
            CallLoad(plan, connect.encoded(), call.encoded(), address, loop, done, progress: progress).start()
        }
        let result: Result<LoadResult, any Error>
        do { result = .success(try await done.futureResult.get()) } catch { result = .failure(error) }
        try await group.shutdownGracefully()
        return try result.get()
    }

    private let plan: CallPlan
    private let connect: ByteBuffer
    private let call: ByteBuffer
    private let address: SocketAddress
    private let loop: any EventLoop
    private let done: EventLoopPromise<LoadResult>
    private let progress: Bool
    private var tally: LoadTally
    private var callers: [ObjectIdentifier: Caller] = [:]
    private var waitedFor: Int
    private var watch: RepeatedTask?
    private var isOver = false

    private init(
        _ plan: CallPlan, _ connect: [UInt8], _ call: [UInt8], _ address: SocketAddress, _ loop: any EventLoop,
        _ done: EventLoopPromise<LoadResult>, progress: Bool
    ) {
        self.plan = plan
        self.connect = ByteBuffer(bytes: connect)
        self.call = ByteBuffer(bytes: call)
        self.address = address
        self.loop = loop
        self.done = done
        self.progress = progress
        tally = LoadTally(count: plan.count, progress: progress)
        waitedFor = min(plan.inflight, plan.count)
    }

    private func start() {
        for _ in 0..<waitedFor { addCaller() }
        let load = NIOLoopBound(self, eventLoop: loop)
        watch = loop.scheduleRepeatedTask(initialDelay: .milliseconds(200), delay: .milliseconds(200)) { _ in
            load.value.look()
        }
    }

    private func addCaller() {
        let caller = Caller(self, connect, call)
        callers[ObjectIdentifier(caller)] = caller
        let bound = NIOLoopBound(caller, eventLoop: loop)
        ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(bound.value) }
            }
            .connect(to: address)
            .assumeIsolated()
            .whenFailure { error in caller.end("\(error)") }
    }

    /// One more caller is let in; when all are, it begins.
    private func isReady() {
        waitedFor -= 1
        guard waitedFor == 0 else { return }
        tally = LoadTally(count: plan.count, progress: progress)
        for caller in Array(callers.values) { next(caller) }
    }

    private func next(_ caller: Caller) {
        if tally.takeRequest() { caller.call() } else if tally.unanswered == 0 { finish(.success(tally.finish())) }
    }

    /// A caller is of no use any more; what it was told is one call's failure.
    private func ended(_ caller: Caller, _ reason: String) {
        guard !isOver, callers.removeValue(forKey: ObjectIdentifier(caller)) != nil else { return }
        guard waitedFor == 0 else {
            return finish(.failure(ClientError.unreachable(endpoint: "\(plan.server)", reason: reason)))
        }
        guard caller.isCalling else { return }
        tally.failed(reason)
        if callers.isEmpty { tally.giveUp(reason) }
        if tally.unanswered == 0 { finish(.success(tally.finish())) }
    }

    private func look() {
        tally.showProgress()
        let oldest = MonotonicTime.now() - UInt64(plan.timeout * 1e9)
        for caller in Array(callers.values) where caller.isCalling && caller.begin < oldest {
            caller.end("no answer in \(plan.timeout) s")
        }
    }

    private func finish(_ result: Result<LoadResult, any Error>) {
        guard !isOver else { return }
        isOver = true
        watch?.cancel()
        done.completeWith(result)
    }

    /// One connection.
    private final class Caller: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private(set) var begin = MonotonicTime.now()
        /// Whether something that was sent waits for its answer.
        private(set) var isCalling = true

        private let load: CallLoad
        private let connect: ByteBuffer
        private var message: ByteBuffer
        private var sequence: UInt16 = 0
        private var isIn = false
        private var held: ByteBuffer?
        private var context: ChannelHandlerContext?

        init(_ load: CallLoad, _ connect: ByteBuffer, _ call: ByteBuffer) {
            self.load = load
            self.connect = connect
            message = call
        }

        func channelActive(context: ChannelHandlerContext) {
            self.context = context
            context.writeAndFlush(wrapOutboundOut(connect), promise: nil)
        }

        func call() {
            sequence &+= 1
            message.setInteger(sequence, at: message.readerIndex + PyroHead.sequence)
            isCalling = true
            begin = MonotonicTime.now()
            context?.writeAndFlush(wrapOutboundOut(message), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            if var held {
                held.writeBuffer(&bytes)
                bytes = held
                self.held = nil
            }
            guard let head = PyroHead(bytes), bytes.readableBytes >= head.size else { return held = bytes }
            guard isIn else { return welcome(head, bytes) }
            guard head.type == PyroMessageType.result.rawValue, head.sequence == sequence,
                bytes.readableBytes == head.size
            else { return end("an answer to something else") }
            if head.isException {
                load.tally.failed(Self.failure(bytes))
            } else {
                load.tally.answered(sent: begin)
            }
            isCalling = false
            load.next(self)
        }

        private func welcome(_ head: PyroHead, _ bytes: ByteBuffer) {
            guard head.type == PyroMessageType.connectOK.rawValue else { return end(Self.failure(bytes)) }
            (isIn, isCalling) = (true, false)
            load.isReady()
        }

        /// What a message says that is no result.
        private static func failure(_ bytes: ByteBuffer) -> String {
            var reader = PyroMessageReader()
            bytes.withUnsafeReadableBytes { reader.append($0) }
            guard let message = try? reader.next(), let serializer = PyroSerializer(rawValue: message.serializer),
                let value = try? serializer.decode(message.payload)
            else { return "an answer that is none" }
            return harmless(PyroException(value)?.description ?? value.asText ?? "a \(value.typeName)")
        }

        func channelInactive(context: ChannelHandlerContext) {
            end("the server closed the connection")
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            end("\(error)")
        }

        /// Reports why, and closes.
        func end(_ reason: String) {
            load.ended(self, reason)
            context?.close(promise: nil)
            context = nil
        }
    }
}

/// What a load has to know of an answer: where it ends, and whose it is. See PyroMessage.swift for the bytes.
private struct PyroHead {
    /// Where a message has its number.
    static let sequence = 10

    let type: UInt8
    let isException: Bool
    let sequence: UInt16
    let size: Int

    /// `nil` until all of it is there.
    init?(_ bytes: ByteBuffer) {
        let start = bytes.readerIndex
        guard bytes.readableBytes >= PyroMessage.headSize,
            let type = bytes.getInteger(at: start + 6, as: UInt8.self),
            let flags = bytes.getInteger(at: start + 8, as: UInt16.self),
            let sequence = bytes.getInteger(at: start + Self.sequence, as: UInt16.self),
            let payload = bytes.getInteger(at: start + 12, as: UInt32.self),
            let annotations = bytes.getInteger(at: start + 16, as: UInt32.self)
        else { return nil }
        self.type = type
        isException = PyroFlags(rawValue: flags).contains(.exception)
        self.sequence = sequence
        size = PyroMessage.headSize + Int(payload) + Int(annotations)
    }
}
