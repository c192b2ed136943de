// TCP: sending a message over a connection, its end marked by a line break.
//
// Lecture notes, chapter 2, "Sending a message using TCP connection", and "Sending big message using TCP".
// Try: tcp-receive 7777 in one terminal, and in another: tcp-send 7777, or tcp-send 7777 7000 (12 bytes 7,000 times).
// Prints how often send was called: it may take only a part, and the rest has to be sent again (Python's sendall does that).

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import PlainSockets

demonstrate {
    let s = try check("socket", socket(AF_INET, stream, 0))
    let server = Address("127.0.0.1", port(1, 7777))
    try check("connect", server.pass { connect(s, $0, $1) })
    say("Connected to the server \(try Address.peer(of: s))")
    say("Local end-point bound on \(try Address.local(of: s))")
    let message = Array((String(repeating: "Hello world!", count: Int(argument(2, "1")) ?? 1) + "\n").utf8)
    var sent = 0
    var calls = 0
    while sent < message.count {
        let rest = Array(message[sent...])
        sent += try check("send", send(s, rest, rest.count, 0))
        calls += 1
    }
    say("Sent \(sent) bytes to \(server) in \(calls) call(s)")
    close(s)
    say("Terminating ...")
}
