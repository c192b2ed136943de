// TCP socket: binding it to an address of this host.
//
// Lecture notes, chapter 2, "TCP Socket", "Binding socket", and its questions.
// Try: tcp-bind 7777, and in another terminal: ss -tan | grep 7777; tcp-bind 0 takes any free port;
// tcp-bind 7777 twice: the second says that the address is in use; tcp-bind 7777 0.0.0.0 is reached from other hosts.
// Prints the address that the socket is bound to.

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
    say("File descriptor assigned by OS: \(s)")
    let address = Address(argument(2, "127.0.0.1"), port(1, 7777))
    try check("bind", address.pass { bind(s, $0, $1) })
    say("Socket is bound to \(try Address.local(of: s))")
    waitForEnter()
    close(s)
    say("Terminating ...")
}
