// TCP: connecting, which binds the socket automatically.
//
// Lecture notes, chapter 2, "Connecting (client-side)".
// Try: tcp-accept 7777 in one terminal, tcp-connect 7777 in another. Without tcp-accept: connection refused.
// Prints the peer's address, and the one that the socket got by connecting.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import PlainSockets

demonstrate {
    say("Application started")
    let s = try check("socket", socket(AF_INET, stream, 0))
    say("TCP Socket created")
    say("Socket is not bound: \(try Address.local(of: s))")
    let server = Address("127.0.0.1", port(1, 7777))
    try check("connect", server.pass { connect(s, $0, $1) })
    say("Socket connected to \(try Address.peer(of: s))")
    say("Local end-point is bound to \(try Address.local(of: s))")
    waitForEnter()
    close(s)
    say("Terminating ...")
}
