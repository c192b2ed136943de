import NIOCore

/// Collects what the client sends until it shuts down its sending side, sends it back, and closes.
///
/// The least that a server with one connection a request can do on SwiftNIO: no codec, no limits, no time-outs,
/// nothing on disk. What the board does on top of it is the difference between the two.
final class EchoOnceHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var received: ByteBuffer?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        if received == nil {
            received = part
        } else {
            received!.writeBuffer(&part)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        if let received {
            context.writeAndFlush(wrapOutboundOut(received), promise: nil)
        }
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
