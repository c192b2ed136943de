// SwiftNIO: a UDP server that sends back what it gets, as long as it runs.
//
// Beside lecture notes, chapter 2, "Receiving message": there recvfrom blocks one thread for one socket; here an event loop waits
// for all sockets at once, and calls channelRead for each datagram.
// Try: nio-udp-echo 7778 in one terminal, and: printf Hello | nc -u -w1 127.0.0.1 7778 in another; Ctrl-C ends it.
// Prints each datagram's sender and length.

import NIOCore
import NIOPosix
import PlainSockets

final class Echo: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)  // the datagram, and who sent it
        say("Received \(envelope.data.readableBytes) bytes from \(envelope.remoteAddress)")
        context.write(wrapOutboundOut(envelope), promise: nil)  // the same, back to the sender
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()  // one system call for all that one read brought
    }
}

let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Echo()) }
    }
    .bind(host: "127.0.0.1", port: Int(argument(1, "7778")) ?? 7778).get()
say("Socket is bound to 127.0.0.1:\(channel.localAddress?.port ?? 0)")
try await channel.closeFuture.get()
