// TCP: the end of a request said by shutting down one direction; the other one stays open for the answer.
//
// Lecture notes, chapter 2, "TCP socket shutdown routines".
// Try: half-close-server 7777 (or nio-half-close-server 7777) in one terminal, half-close-client 7777 in another. A board takes it
// as well: half-close-client 7777 2:0 asks one for its messages' numbers.
// Prints the request and the answer. No terminator and no length is needed: the end of the stream is the end of the request.

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
    let request = argument(2, "Hello world!")
    let bytes = Array(request.utf8)
    try check("send", send(s, bytes, bytes.count, 0))
    try check("shutdown", shutdown(s, CInt(SHUT_WR)))
    say("Sent [\(request)], and shut down sending")
    let again = send(s, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    say("Sending more: \(again < 0 ? String(cString: strerror(errno)) : "possible?")")
    var answer: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1024)
    while case let count = try check("recv", recv(s, &block, block.count, 0)), count > 0 { answer += block[..<count] }
    say("Received [\(String(decoding: answer, as: UTF8.self))], and the end of the stream")
    close(s)
}
