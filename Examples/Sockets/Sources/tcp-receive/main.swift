// TCP: receiving a message over a connection until its terminator comes.
//
// Lecture notes, chapter 2, "Receiving using TCP connection", and "Receiving big message using TCP".
// Try: tcp-receive 7777 in one terminal, tcp-send 7777 7000 in another.
// Prints the blocks that recv gave: their sizes are not those that were sent, since TCP is a stream of bytes and knows no
// messages. Their order is always right.

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
    var peer = Address()
    let client = try check("accept", peer.fill { accept(s, $0, $1) })
    say("Client connected from \(peer)")
    var message: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1024)
    var blocks = 0
    while message.last != UInt8(ascii: "\n") {
        let count = try check("recv", recv(client, &block, block.count, 0))
        guard count > 0 else { break }  // the peer has closed without a terminator
        message += block[..<count]
        blocks += 1
        say("Received block of \(count) from \(peer)")
    }
    say(
        "Total length \(message.count) bytes in \(blocks) block(s): [\(String(decoding: message.prefix(12), as: UTF8.self))...]"
    )
    close(client)
    say("Closed client socket ...")
    close(s)
    say("Closed the listener socket ...")
}
