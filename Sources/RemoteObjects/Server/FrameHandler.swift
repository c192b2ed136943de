import NIOCore
import PyroWire

/// What comes on a connection.
enum Frame: Sendable {
    case message(PyroMessage)
    /// What is no message; nothing can come after it.
    case unreadable(PyroWireError)
}

/// Bytes to messages and back.
final class FrameHandler: ChannelInboundHandler, ChannelOutboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = Frame
    typealias OutboundIn = PyroMessage
    typealias OutboundOut = ByteBuffer

    private var reader: PyroMessageReader
    private var isOver = false

    init(_ limits: RemoteObjectLimits) {
        reader = PyroMessageReader(limits: limits.messages)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        unwrapInboundIn(data).withUnsafeReadableBytes { reader.append($0) }
        do throws(PyroWireError) {
            while let message = try reader.next() { context.fireChannelRead(wrapInboundOut(.message(message))) }
        } catch {
            isOver = true
            context.fireChannelRead(wrapInboundOut(.unreadable(error)))
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(wrapOutboundOut(ByteBuffer(bytes: unwrapOutboundIn(data).encoded())), promise: promise)
    }
}
