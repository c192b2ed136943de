import NIOCore
import NIOHTTP1

/// Lets one request of a connection pass at a time: what a client sends before it has its answer is held back, and the
/// socket not read while there is any. Packed bodies are unpacked behind it.
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
        case part(HTTPServerRequestPart)
        case error(any Error)
        case inputClosed
    }

    private let unpackedBytes: Int
    private var codings = HTTPCodings()
    private var held = CircularBuffer<Held>()
    private var isAnswering = false
    private var wantsToRead = false

    /// - Parameter unpackedBytes: of a body that comes packed.
    init(unpackedBytes: Int) {
        self.unpackedBytes = unpackedBytes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pass(.part(unwrapInboundIn(data)), context)
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
        case .part(.end(let trailers)):
            isAnswering = true
            context.fireChannelRead(wrapInboundOut(.end(trailers)))
        case .part(.head(let head)):
            do { try codings.unpack(head, upTo: unpackedBytes, behind: self, context) } catch {
                context.fireErrorCaught(error)
            }
            context.fireChannelRead(wrapInboundOut(.head(head)))
        case .part(let part): context.fireChannelRead(wrapInboundOut(part))
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
