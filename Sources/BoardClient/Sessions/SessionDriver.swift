import BoardWire
import NIOCore

/// Drives a session on a socket: gives the machine what arrives and the time, and does what it says.
final class SessionDriver: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Bytes of the answer that nobody has taken yet, above which no more are asked for.
    private static let mostUntaken = 8 << 20

    private var exchange: SessionExchange
    private let request: RequestBytes
    private let pieces: AsyncThrowingStream<[UInt8], any Error>.Continuation
    private let report: ProgressReport?
    private var context: ChannelHandlerContext?
    private var timer: (at: Duration, task: Scheduled<Void>)?
    private var untaken = 0
    private var hasHeard = false
    private var isDone = false
    private var data: [UInt8] = []
    private var head: [UInt8] = []

    init(
        _ exchange: consuming SessionExchange, _ request: RequestBytes,
        pieces: AsyncThrowingStream<[UInt8], any Error>.Continuation, report: ProgressReport?
    ) {
        self.exchange = exchange
        self.request = request
        self.pieces = pieces
        self.report = report
    }

    /// The time as the machine counts it.
    static func now() -> Duration {
        .nanoseconds(Int64(NIODeadline.now().uptimeNanoseconds))
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        work()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(ChannelError.ioOnClosedChannel)
        timer?.task.cancel()
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasHeard = true
        let datagram = unwrapInboundIn(data)
        exchange.receive(datagram.readableBytesUInt8Span, now: Self.now())
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        work()
    }

    /// A port that nobody listens on: final when it is so from the beginning. Later the server may be starting anew, and
    /// the machine's patience decides.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !hasHeard { end(error) }
    }

    /// Somebody took bytes of the answer.
    func taken(_ count: Int) {
        let wasFull = untaken >= Self.mostUntaken
        untaken -= count
        if wasFull && untaken < Self.mostUntaken { work() }
    }

    private func work() {
        guard let context, !isDone else { return }
        let now = Self.now()
        if exchange.deadline <= now { exchange.wake(now: now) }
        while untaken < Self.mostUntaken, !isDone, let action = exchange.next(now: now) { perform(action, context) }
        context.flush()
        guard !isDone else { return }
        let progress = exchange.progress
        report?(
            TransferProgress(
                sent: progress.sent, request: progress.request, received: progress.fetched, answer: progress.answer))
        wakeLater(context)
    }

    private func perform(_ action: SessionExchange.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .send(let datagram): write(context.channel.allocator.buffer(bytes: datagram), context)
        case .sendBlock(let block):
            do {
                let datagram = try request.withBytes(block.offset..<block.offset + block.length, scratch: &data) {
                    self.datagram($0, block, context)
                }
                write(datagram, context)
            } catch {
                end(error)
            }
        case .take(let piece):
            untaken += piece.count
            pieces.yield(piece)
        case .finish: end(nil)
        case .fail(let failure): end(failure)
        }
    }

    private func datagram(
        _ bytes: UnsafeRawBufferPointer, _ block: SessionExchange.Block, _ context: ChannelHandlerContext
    ) -> ByteBuffer {
        head.removeAll(keepingCapacity: true)
        bytes.withMemoryRebound(to: UInt8.self) { block.appendHead(of: $0.span, to: &head) }
        var buffer = context.channel.allocator.buffer(capacity: head.count + bytes.count)
        buffer.writeBytes(head)
        buffer.writeBytes(bytes)
        return buffer
    }

    private func write(_ datagram: ByteBuffer, _ context: ChannelHandlerContext) {
        // What does not get through is lost like on the way.
        context.write(wrapOutboundOut(datagram), promise: nil)
    }

    private func end(_ error: (any Error)?) {
        guard !isDone else { return }
        isDone = true
        timer?.task.cancel()
        pieces.finish(throwing: error)
    }

    /// One timer at a time; one that rings too early is set again.
    private func wakeLater(_ context: ChannelHandlerContext) {
        let deadline = exchange.deadline
        if let timer, timer.at <= deadline { return }
        timer?.task.cancel()
        let task = context.eventLoop.assumeIsolated().scheduleTask(
            deadline: .uptimeNanoseconds(UInt64(max(0, deadline / .nanoseconds(1))))
        ) {
            self.timer = nil
            self.work()
        }
        timer = (deadline, task)
    }
}
