import NIOCore

/// A datagram and the address at its other end.
struct Datagram: Sendable {
    var peer: SocketAddress
    var bytes: [UInt8]
}

/// Turns NIO's envelopes into datagrams and back. It copies the bytes out at once, so that NIO can use its large
/// receive buffer again.
final class DatagramHandler: ChannelDuplexHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias InboundOut = Datagram
    typealias OutboundIn = Datagram
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        let datagram = Datagram(peer: envelope.remoteAddress, bytes: Array(envelope.data.readableBytesView))
        context.fireChannelRead(wrapInboundOut(datagram))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let datagram = unwrapOutboundIn(data)
        let buffer = context.channel.allocator.buffer(bytes: datagram.bytes)
        context.write(wrapOutboundOut(AddressedEnvelope(remoteAddress: datagram.peer, data: buffer)), promise: promise)
    }

    /// A client that has gone makes the kernel report its closed port here: no reason to stop serving the others.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
