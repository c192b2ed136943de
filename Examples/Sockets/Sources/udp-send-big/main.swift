// UDP: a message that is too big for one datagram, in parts of 1,024 bytes, its end marked by a line break.
//
// Lecture notes, chapter 2, "Dealing with Big Amount of Data" (UDP), the sender.
// Try: udp-receive-big 7778 in one terminal, udp-send-big 7778 in another. Then two senders at once: the receiver mixes them up.
// Prints the parts. It waits a little after every 32 parts: UDP has nothing that would keep a fast sender from a slow receiver.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import PlainSockets

demonstrate {
    let s = try check("socket", socket(AF_INET, datagrams, 0))
    let message = Array((String(repeating: "Hello world!", count: 7000) + "\n").utf8)
    let limit = 1024
    let destination = Address("127.0.0.1", port(1, 7778))
    var sent = 0
    var parts = 0
    while sent < message.count {
        let part = Array(message[sent..<min(sent + limit, message.count)])
        sent += try check("sendto", destination.pass { sendto(s, part, part.count, 0, $0, $1) })
        parts += 1
        say("Sent \(sent) bytes of \(message.count) ...")
        if parts % 32 == 0 { usleep(2_000) }
    }
    say("Sent message to \(destination) in \(parts) parts")
    close(s)
}
