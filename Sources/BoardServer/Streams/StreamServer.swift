import BoardWire
import MessageBoard
import NIOCore

/// What a connection's request leaves to be waited for.
struct StreamWork: Sendable {
    enum Task: Sendable {
        case publish(Draft, RequestProcessor.Acknowledgement)
        case get(MessageID, RequestProcessor.Form)
        case list(BoardRequest)
    }

    let task: Task
    let channel: any Channel
}

/// One connection of the TCP road, which is one request: takes it up to the half-close, answers at once what needs no
/// waiting, hands over the rest as work.
final class StreamServer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case receiving
        /// Refused while the request was still coming; bytes thrown away since.
        case refused(Int)
        case answering
    }

    private let processor: RequestProcessor
    private let limits: ServerLimits
    private let work: AsyncStream<StreamWork>.Continuation
    private var state = State.receiving
    private var request: StreamRequest

    init(
        processor: RequestProcessor, limits: ServerLimits, requestBytes: Budget,
        work: AsyncStream<StreamWork>.Continuation
    ) {
        self.processor = processor
        self.limits = limits
        self.work = work
        request = StreamRequest(budget: requestBytes, limits: limits)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let piece = unwrapInboundIn(data)
        switch state {
        case .receiving:
            guard let refusal = request.append(piece.readableBytesView) else { return }
            request.drop()
            state = .refused(0)
            let answer = context.channel.allocator.buffer(bytes: refusal.answer)
            // Closing at once would make the kernel throw the answer away together with what nobody has read.
            context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
            context.close(mode: .output, promise: nil)
        case .refused(let bytes):
            state = .refused(bytes + piece.readableBytes)
            if bytes > limits.refusedBytes { context.close(promise: nil) }
        case .answering: break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed: requestEnded(context)
        case is IdleStateHandler.IdleStateEvent: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    private func requestEnded(_ context: ChannelHandlerContext) {
        guard case .receiving = state else { return context.close(promise: nil) }
        state = .answering
        guard let origin = context.remoteAddress.flatMap({ Origin($0, road: .tcp) }) else {
            return context.close(promise: nil)  // the client has gone already
        }
        switch processor.begin(request.take(), from: origin) {
        case .answered(let answer):
            let channel = context.channel
            context.writeAndFlush(wrapOutboundOut(channel.allocator.buffer(bytes: answer)))
                .whenComplete { _ in channel.close(promise: nil) }
        case .publish(let draft, let acknowledgement):
            work.yield(StreamWork(task: .publish(draft, acknowledgement), channel: context.channel))
        case .get(let id, let form): work.yield(StreamWork(task: .get(id, form), channel: context.channel))
        case .list(let request): work.yield(StreamWork(task: .list(request), channel: context.channel))
        }
    }

    /// The client has gone, or was cut: its connection is over, and nobody is left to tell.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
