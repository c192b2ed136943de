// UDP: automatic binding: the first sendto gives a socket that has no address the first free port, on all interfaces.
//
// Lecture notes, chapter 2, "Sending a message inside UDP packet", the alternative program.
// Try: udp-receive 7778 in one terminal, udp-send-unbound 7778 in another: the receiver prints the port that this one got.
// Prints the socket's address before and after.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import PlainSockets

demonstrate {
    say("Application started")
    let s = try check("socket", socket(AF_INET, datagrams, 0))
    say("Socket is not bound: \(try Address.local(of: s))")
    let message = argument(2, "Hello world!")
    let destination = Address("127.0.0.1", port(1, 7778))
    try send(message, on: s, to: destination)
    say("Sent message to \(destination)")
    say("Payload length \(message.utf8.count) bytes: [\(message)]")
    say("Socket was automatically bound to \(try Address.local(of: s))")
    waitForEnter()
    say("Closing the UDP socket ...")
    close(s)
    say("Terminating ...")
}
