import NIOCore
import NIOHTTP1

/// Lets one request of a connection pass at a time: what a client sends before it has its answer is held back, and the
/// socket not read while there is any.
///
/// NIO's own handler stops reading with every request, which costs two system calls; here a client that waits for its
/// answers, as nearly all do, is always read from.
final class HTTPTurns: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// What waits for its turn; no more than the socket gave in one read.
    private enum Held {
        case part(NIOAny, isEnd: Bool)
        case error(any Error)
        case inputClosed
    }

    private var held = CircularBuffer<Held>()
    private var isAnswering = false
    private var wantsToRead = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let isEnd = if case .end = unwrapInboundIn(data) { true } else { false }
        pass(.part(data, isEnd: isEnd), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        pass(.error(error), context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
        pass(.inputClosed, context)
    }

    private func pass(_ event: Held, _ context: ChannelHandlerContext) {
        guard !isAnswering else { return held.append(event) }
        switch event {
        case .part(let part, let isEnd):
            isAnswering = isEnd
            context.fireChannelRead(part)
        case .error(let error): context.fireErrorCaught(error)
        case .inputClosed: context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
    }

    func read(context: ChannelHandlerContext) {
        if held.isEmpty { context.read() } else { wantsToRead = true }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let isEnd = if case .end = unwrapOutboundIn(data) { true } else { false }
        context.write(data, promise: promise)
        guard isEnd else { return }
        isAnswering = false
        while !isAnswering, let event = held.popFirst() { pass(event, context) }
        if held.isEmpty, wantsToRead {
            wantsToRead = false
            context.read()
        }
    }
}
