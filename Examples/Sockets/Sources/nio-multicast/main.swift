// SwiftNIO: a member of a multicast group that also speaks to it.
//
// Beside lecture notes, chapter 2, "UDP Multicasting", and multicast-send and multicast-receive.
// Try: nio-multicast 3 in two terminals: each prints what both say. The second argument is an address of the network to use.
// Says hello so many times, a second apart, and prints what it hears. NIO joins by a device's name or address; the loopback device
// cannot be joined so on Linux (it has no multicast flag), so the option is set by hand.

import NIOCore
import NIOPosix
import PlainSockets

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

final class Listener: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        say("Received From: \(envelope.remoteAddress.ipAddress ?? "?") [\(String(buffer: envelope.data))]")
    }
}

/// The bytes of struct ip_mreq.
struct Membership {
    let group: in_addr_t
    let interface: in_addr_t
}

let interface = inet_addr(argument(2, "127.0.0.1"))
let group = try SocketAddress(ipAddress: "239.1.1.1", port: 53124)
let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    .channelOption(.socketOption(.so_reuseaddr), value: 1)
    .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Listener()) }
    }
    .bind(to: group).get()
guard let options = channel as? any SocketOptionProvider else { fatalError("a datagram channel has socket options") }
let membership = Membership(group: inet_addr("239.1.1.1"), interface: interface)
try await options.unsafeSetSocketOption(level: .ip, name: .ip_add_membership, value: membership).get()
try await options.unsafeSetSocketOption(level: .ip, name: .ip_multicast_if, value: interface).get()
try await options.unsafeSetSocketOption(level: .ip, name: .ip_multicast_ttl, value: CUnsignedChar(4)).get()
say("Joined 239.1.1.1:53124")
for number in 1...max(1, Int(argument(1, "3")) ?? 3) {
    let hello = ByteBuffer(string: "Hello \(number) from NIO")
    try await channel.writeAndFlush(AddressedEnvelope(remoteAddress: group, data: hello)).get()
    say("[\(number)] Multi-cast sent ...")
    try await Task.sleep(for: .seconds(1))
}
try await channel.close().get()
say("Socket closed ...")
