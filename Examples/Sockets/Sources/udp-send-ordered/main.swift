// UDP: blocks with sequence numbers, sent in a wrong order on purpose, as a network may deliver them.
//
// Lecture notes, chapter 2, "Ensuring Packet Arrival Order".
// Try: udp-receive-ordered 7778 in one terminal, udp-send-ordered 7778 in another.
// Prints the order in which the blocks leave. A block is "<number>/<count>:<data>".

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import PlainSockets

demonstrate {
    let s = try check("socket", socket(AF_INET, datagrams, 0))
    let text = "UDP does not keep the order of what is sent, so each block says which one it is."
    let blocks = text.split(separator: " ").map(String.init)
    let destination = Address("127.0.0.1", port(1, 7778))
    // 7 and the number of blocks have no common divisor, so that each is sent once.
    for step in blocks.indices {
        let number = step * 7 % blocks.count
        try send("\(number)/\(blocks.count):\(blocks[number])", on: s, to: destination)
        say("Sent block \(number): \(blocks[number])")
    }
    close(s)
}
