// TCP: a socket in the listening state, like a phone that waits for a call.
//
// Lecture notes, chapter 2, "Listening", and the states of figure 2.11 (page 38).
// Try: tcp-listen 7777, and in another terminal: ss -tln | grep 7777, and: nc 127.0.0.1 7777. The connection is made by the kernel
// though nobody accepts it: the backlog keeps it.
// Prints the socket's descriptor, address and state.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import PlainSockets

demonstrate {
    say("Application started")
    say("OS assigned process id: \(getpid())")
    let s = try check("socket", socket(AF_INET, stream, 0))
    say("TCP Socket created")
    say("File descriptor assigned by OS: \(s)")
    let own = Address("127.0.0.1", port(1, 7777))
    try check("bind", own.pass { bind(s, $0, $1) })
    say("Socket is bound to \(try Address.local(of: s))")
    try check("listen", listen(s, 0))  // the backlog: how many connections may wait to be accepted
    say("Socket \(try Address.local(of: s)) is in listening state")
    waitForEnter()
    close(s)
    say("Terminating ...")
}
