// UDP: sending one datagram from a socket that is bound.
//
// Lecture notes, chapter 2, "Sending a message inside UDP packet", the first program.
// Try: udp-receive 7778 in one terminal, udp-send 7778 7777 in another.
// Prints where it sent from and to. That it was sent does not say that anybody got it: without udp-receive it looks the same.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import PlainSockets

demonstrate {
    say("Application started")
    let s = try check("socket", socket(AF_INET, datagrams, 0))
    let own = Address("127.0.0.1", port(2, 7777))
    try check("bind", own.pass { bind(s, $0, $1) })
    say("Socket is bound to \(try Address.local(of: s))")
    let message = argument(3, "Hello world!")
    let destination = Address("127.0.0.1", port(1, 7778))
    try send(message, on: s, to: destination)
    say("Sent message to \(destination)")
    say("Payload length \(message.utf8.count) bytes: [\(message)]")
    waitForEnter()
    say("Closing the UDP socket ...")
    close(s)
    say("Terminating ...")
}
