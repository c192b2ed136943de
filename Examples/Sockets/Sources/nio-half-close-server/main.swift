// SwiftNIO: a TCP server that reads a request up to the half-close, answers, and closes; any number of clients at a time.
//
// Beside lecture notes, chapter 2, "TCP socket shutdown routines", and half-close-server, which serves one client and then the
// next. Without allowRemoteHalfClosure NIO takes the half-close for the end of the whole connection.
// Try: nio-half-close-server 7777, then half-close-client 7777 several times, or: printf hello | nc -N 127.0.0.1 7777
// Prints each request; answers with its length and itself in capitals. Ctrl-C ends it.

import NIOCore
import NIOPosix
import PlainSockets

final class Answer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let limit = 1 << 20  // a request is bounded, or one client could fill the memory
    private var request = ByteBuffer()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var piece = unwrapInboundIn(data)
        guard request.readableBytes + piece.readableBytes <= Self.limit else { return context.close(promise: nil) }
        request.writeBuffer(&piece)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event as? ChannelEvent == .inputClosed else { return }
        let text = String(buffer: request)
        say("Request: [\(text)]")
        let answer = ByteBuffer(string: "\(request.readableBytes) bytes: \(text.uppercased())")
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(answer)).whenComplete { _ in channel.close(promise: nil) }
    }
}

let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    .childChannelOption(.allowRemoteHalfClosure, value: true)
    .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Answer()) }
    }
    .bind(host: "127.0.0.1", port: Int(argument(1, "7777")) ?? 7777).get()
say("Socket is listening on 127.0.0.1:\(listener.localAddress?.port ?? 0)")
try await listener.closeFuture.get()
