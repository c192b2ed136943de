// UDP: receiving one datagram, and seeing who sent it.
//
// Lecture notes, chapter 2, "Receiving message".
// Try: udp-receive 7778, then udp-send 7778, or printf Hello | nc -u -w1 127.0.0.1 7778
// Prints the sender's address and the payload. recvfrom gives one whole datagram; what is over the buffer's 1,024 bytes is lost.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import PlainSockets

demonstrate {
    say("Application started")
    let s = try check("socket", socket(AF_INET, datagrams, 0))
    let own = Address("127.0.0.1", port(1, 7778))
    try check("bind", own.pass { bind(s, $0, $1) })
    say("Socket is bound to \(try Address.local(of: s))")
    say("Waiting for message ...")
    let (message, source) = try receive(on: s, upTo: 1024)
    say("Received message from \(source)")
    say("Payload length \(message.utf8.count) bytes: [\(message)]")
    say("Closing the UDP socket ...")
    close(s)
    say("Terminating ...")
}
