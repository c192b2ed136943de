// UDP: a big message put together from datagrams until its terminator comes.
//
// Lecture notes, chapter 2, "Dealing with Big Amount of Data" (UDP), the receiver, and its reflection.
// Try: udp-receive-big 7778, then udp-send-big 7778.
// Prints each block and the total. It takes whatever comes from whomever, in the order that it comes: see udp-receive-ordered.

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
    say("Waiting for message ...")
    var message = ""
    while !message.hasSuffix("\n") {
        let (block, source) = try receive(on: s, upTo: 1024)
        say("Received block of \(block.utf8.count) from \(source)")
        message += block
    }
    say("Total length \(message.utf8.count) bytes: [\(message.prefix(24))...]")
    close(s)
}
