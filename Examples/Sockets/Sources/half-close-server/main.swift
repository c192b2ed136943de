// TCP: a server that reads a request up to the half-close, answers, and closes: as a board serves its TCP road.
//
// Lecture notes, chapter 2, "TCP socket shutdown routines", and the five steps of "Server-side" after it.
// Try: half-close-server 7777, then half-close-client 7777, or: printf hello | nc -N 127.0.0.1 7777
// Prints the request; answers with its length and itself in capitals.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import PlainSockets

demonstrate {
    let s = try check("socket", socket(AF_INET, stream, 0))
    var on: CInt = 1
    try check("SO_REUSEADDR", setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size)))
    let own = Address("127.0.0.1", port(1, 7777))
    try check("bind", own.pass { bind(s, $0, $1) })
    try check("listen", listen(s, 0))
    say("Socket is listening on \(try Address.local(of: s))")
    let client = try check("accept", accept(s, nil, nil))
    var request: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1024)
    while case let count = try check("recv", recv(client, &block, block.count, 0)), count > 0 {
        request += block[..<count]
    }
    say("recv gave 0 bytes: the client has nothing more to say")
    let text = String(decoding: request, as: UTF8.self)
    say("Request: [\(text)]")
    let answer = Array("\(request.count) bytes: \(text.uppercased())".utf8)
    try check("send", send(client, answer, answer.count, 0))
    say("Answered \(answer.count) bytes")
    close(client)
    close(s)
}
