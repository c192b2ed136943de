// UDP multicast: sending to a group, which reaches all its members with one datagram.
//
// Lecture notes, chapter 2, "Sending Multicast".
// Try: multicast-receive in two terminals, then multicast-send 3. The second argument is an address of the network to send to:
// 127.0.0.1 stays on this host.
// Prints each message. The options: loop-back, so that members on this host hear it; a time-to-live of 4 routers; the interface.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import PlainSockets

demonstrate {
    let count = Int(argument(1, "3")) ?? 3
    let interface = argument(2, "127.0.0.1")
    let pause = UInt32(argument(3, "5")) ?? 5
    let s = try check("socket", socket(AF_INET, datagrams, 0))
    say("UDP socket declared ...")
    var loop: UInt8 = 1
    try check("IP_MULTICAST_LOOP", setsockopt(s, CInt(IPPROTO_IP), IP_MULTICAST_LOOP, &loop, 1))
    say("Enabled loop-back multi-casts ...")
    var hops: UInt8 = 4
    try check("IP_MULTICAST_TTL", setsockopt(s, CInt(IPPROTO_IP), IP_MULTICAST_TTL, &hops, 1))
    say("Set multicast time-to-live [\(hops)] hops ...")
    var network = inet_addr(interface)
    try check("IP_MULTICAST_IF", setsockopt(s, CInt(IPPROTO_IP), IP_MULTICAST_IF, &network, 4))
    let group = Address("239.1.1.1", 53124)
    for number in 1...max(1, count) {
        if number > 1 { sleep(pause) }
        try send("Hello world!", on: s, to: group)
        say("[\(number)] Multi-cast sent ...")
    }
    close(s)
    say("Socket closed ...")
}
