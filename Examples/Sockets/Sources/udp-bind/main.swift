// UDP socket: binding it to an address of this host.
//
// Lecture notes, chapter 2, "UDP Protocol", "Binding socket", and its questions.
// Try: udp-bind 7777, and in another terminal: ss -uan | grep 7777; udp-bind 0 takes any free port;
// udp-bind 7777 twice: the second says that the address is in use; udp-bind 7777 0.0.0.0 is reached from other hosts.
// Prints the address that the socket is bound to.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import PlainSockets

demonstrate {
    say("Application started")
    let s = try check("socket", socket(AF_INET, datagrams, 0))
    say("UDP Socket created")
    say("File descriptor assigned by OS: \(s)")
    let address = Address(argument(2, "127.0.0.1"), port(1, 7777))
    try check("bind", address.pass { bind(s, $0, $1) })
    say("Socket is bound to \(try Address.local(of: s))")
    waitForEnter()
    close(s)
    say("Terminating ...")
}
