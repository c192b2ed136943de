// TCP: accepting a connection, which gives a second socket: the listener goes on listening.
//
// Lecture notes, chapter 2, "Accepting Connections (server-side)".
// Try: tcp-accept 7777 in one terminal, tcp-connect 7777 in another.
// Prints both descriptors, and that both sockets have the same local address: it is the peer that tells them apart.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import PlainSockets

demonstrate {
    say("Application started")
    let s = try check("socket", socket(AF_INET, stream, 0))
    var on: CInt = 1  // a port whose last connection is in TIME-WAIT can be bound again
    try check("SO_REUSEADDR", setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size)))
    let own = Address("127.0.0.1", port(1, 7777))
    try check("bind", own.pass { bind(s, $0, $1) })
    say("Socket is bound to \(try Address.local(of: s))")
    try check("listen", listen(s, 0))
    say("Socket \(try Address.local(of: s)) is in listening state")
    var peer = Address()
    let client = try check("accept", peer.fill { accept(s, $0, $1) })
    say("New client connected from \(peer)")
    say("Local end-point socket bound on: \(try Address.local(of: client))")
    say("Listener is descriptor \(s), the client's socket is descriptor \(client)")
    waitForEnter()
    close(client)
    close(s)
    say("Terminating ...")
}
