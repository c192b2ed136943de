// UDP: restoring the order of blocks by their sequence numbers.
//
// Lecture notes, chapter 2, "Ensuring Packet Arrival Order".
// Try: udp-receive-ordered 7778, then udp-send-ordered 7778; also twice: a block that comes again changes nothing.
// Prints each block with what of the message is complete up to it: a block that comes early is held until those before it
// are there.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import PlainSockets

demonstrate {
    let s = try check("socket", socket(AF_INET, datagrams, 0))
    let own = Address("127.0.0.1", port(1, 7778))
    try check("bind", own.pass { bind(s, $0, $1) })
    say("Socket is bound to \(try Address.local(of: s))")
    var early: [Int: String] = [:]
    var message: [String] = []
    var count = 1_000  // as many as are taken until a block says how many there are
    while message.count < count {
        let (block, _) = try receive(on: s, upTo: 1024)
        let parts = block.split(separator: ":", maxSplits: 1)
        let numbers = parts.first?.split(separator: "/").compactMap { Int($0) } ?? []
        guard parts.count == 2, numbers.count == 2, (0..<min(numbers[1], count)).contains(numbers[0]) else {
            say("Not a block: passed over")
            continue
        }
        count = numbers[1]
        if numbers[0] >= message.count { early[numbers[0]] = String(parts[1]) }
        while let next = early.removeValue(forKey: message.count) { message.append(next) }
        say("Block \(numbers[0]) of \(count): \(message.count) in order, \(early.count) early")
    }
    say("Message: [\(message.joined(separator: " "))]")
    close(s)
}
