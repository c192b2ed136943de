package import NIOCore
package import NIOHTTP1

/// Lets one request of a connection pass at a time: what a client sends before it has its answer is held back, and the
/// socket not read while there is any. Packed bodies are unpacked behind it.
///
/// NIO's own handler stops reading with every request, which costs two system calls; here a client that waits for its
/// answers, as nearly all do, is always read from.
package final class HTTPTurns: ChannelDuplexHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias InboundOut = HTTPServerRequestPart
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = HTTPServerResponsePart

    /// What waits for its turn; no more than the socket gave in one read.
    private enum Held {
        case part(HTTPServerRequestPart)
        case error(any Error)
        case inputClosed
    }

    private let unpackedBytes: Int
    private var codings = HTTPCodings()
    private var held = CircularBuffer<Held>()
    private var isReceiving = false
    private var isAnswering = false
    /// The answer is written, and waits to be taken.
    private var isAnswered = false
    /// The request in hand was answered before it was whole: the connection ends, and what still comes is nobody's.
    private var dropsRest = false
    private var wantsToRead = false

    /// - Parameter unpackedBytes: of a body that comes packed.
    package init(unpackedBytes: Int) {
        self.unpackedBytes = unpackedBytes
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pass(.part(unwrapInboundIn(data)), context)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        pass(.error(error), context)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
        pass(.inputClosed, context)
    }

    private func pass(_ event: Held, _ context: ChannelHandlerContext) {
        guard !dropsRest else { return }
        guard !isAnswering else { return held.append(event) }
        switch event {
        case .part(.end(let trailers)):
            isReceiving = false
            isAnswering = true
            context.fireChannelRead(wrapInboundOut(.end(trailers)))
        case .part(.head(let head)):
            isReceiving = true
            do { try codings.unpack(head, upTo: unpackedBytes, behind: self, context) } catch {
                return context.close(promise: nil)
            }
            context.fireChannelRead(wrapInboundOut(.head(head)))
        case .part(let part): context.fireChannelRead(wrapInboundOut(part))
        case .error(let error): context.fireErrorCaught(error)
        case .inputClosed: context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
    }

    package func read(context: ChannelHandlerContext) {
        if held.isEmpty { context.read() } else { wantsToRead = true }
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            isAnswered = true
            dropsRest = isReceiving
        }
        context.write(data, promise: promise)
    }

    package func flush(context: ChannelHandlerContext) {
        context.flush()
        goOn(context)
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        goOn(context)
        context.fireChannelWritabilityChanged()
    }

    /// The next request has its turn when the answer was taken, but for what the channel holds anyway: a client that asks
    /// and asks, and reads nothing, gets no further.
    private func goOn(_ context: ChannelHandlerContext) {
        guard isAnswered, context.channel.isWritable else { return }
        isAnswered = false
        isAnswering = false
        while !isAnswering, let event = held.popFirst() { pass(event, context) }
        if held.isEmpty, wantsToRead {
            wantsToRead = false
            context.read()
        }
    }
}
