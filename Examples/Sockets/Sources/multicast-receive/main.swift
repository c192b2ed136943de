// UDP multicast: joining a group and receiving what is sent to it.
//
// Lecture notes, chapter 2, "Receiving Multicast".
// Try: multicast-receive 3 in two terminals (both can have the port), then multicast-send 3. With a board that announces itself
// (mboard serve --announce on) it prints its announcements.
// Prints each message with its sender, as many as the first argument says; the second is the network, as for multicast-send.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import PlainSockets

demonstrate {
    let count = Int(argument(1, "3")) ?? 3
    let interface = argument(2, "127.0.0.1")
    let s = try check("socket", socket(AF_INET, datagrams, 0))
    say("UDP socket declared ...")
    var on: CInt = 1
    #if canImport(Glibc)
        let reuse = SO_REUSEADDR
    #else
        let reuse = SO_REUSEPORT
    #endif
    try check("SO_REUSEADDR", setsockopt(s, SOL_SOCKET, reuse, &on, socklen_t(MemoryLayout<CInt>.size)))
    say("UDP socket reuse set ...")
    // Bound to the group's own address, it gets nothing that was sent to this host alone.
    let group = Address("239.1.1.1", 53124)
    try check("bind", group.pass { bind(s, $0, $1) })
    say("Socket bound to \(try Address.local(of: s))")
    // struct ip_mreq: the group and the network, four bytes each.
    var membership = [inet_addr("239.1.1.1"), inet_addr(interface)]
    try check("IP_ADD_MEMBERSHIP", setsockopt(s, CInt(IPPROTO_IP), IP_ADD_MEMBERSHIP, &membership, 8))
    say("Joined the group on \(interface)")
    for _ in 0..<count {
        let (message, source) = try receive(on: s, upTo: 1024)
        say("Received From: \(source) [\(message)]")
    }
    close(s)
    say("Socket closed ...")
}
