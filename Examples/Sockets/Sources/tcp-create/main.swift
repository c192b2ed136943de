// TCP socket: creating it, and the descriptor that the system gives it.
//
// Lecture notes, chapter 2, "TCP Socket", "Creating socket".
// Try: tcp-create, and while it waits, in another terminal: ls -l /proc/X/fd/Y
// Prints the process id X, the descriptor Y, and what /proc says that Y is. A socket is made of nothing but its family
// (AF_INET: IPv4) and its type: it has no address yet.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import PlainSockets

demonstrate {
    say("Application started")
    say("OS assigned process id: \(getpid())")
    let s = try check("socket", socket(AF_INET, stream, 0))
    say("TCP Socket created")
    say("File descriptor assigned by OS: \(s)")
    var target = [CChar](repeating: 0, count: 256)
    let length = readlink("/proc/self/fd/\(s)", &target, target.count)  // as ls -l does
    let name = target.prefix(max(0, length)).map { UInt8(bitPattern: $0) }
    say("/proc/self/fd/\(s) -> \(String(decoding: name, as: UTF8.self))")
    waitForEnter()
    say("Closing the TCP socket ...")
    close(s)
    say("Terminating ...")
}
