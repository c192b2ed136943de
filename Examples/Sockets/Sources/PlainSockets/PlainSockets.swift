// What Swift makes long about C's sockets, and the demonstrations have in common. The calls themselves (socket, bind,
// listen, accept, connect, sendto, recvfrom, send, recv, shutdown, close) stand in the demonstrations.

#if canImport(Glibc)
    public import Glibc
#else
    public import Darwin
#endif

/// A system call failed.
public struct SocketError: Error, CustomStringConvertible {
    /// Which one, and what the system says.
    public let description: String
}

/// What a system call gives, unless it is the -1 of a failure.
///
/// - Throws: ``SocketError`` with the words for `errno`.
@discardableResult
public func check<Number: SignedInteger>(_ call: String, _ result: Number) throws -> Number {
    guard result >= 0 else { throw SocketError(description: "\(call): \(String(cString: strerror(errno)))") }
    return result
}

/// The type of a UDP socket.
public let datagrams = number(SOCK_DGRAM)
/// The type of a TCP socket.
public let stream = number(SOCK_STREAM)

#if canImport(Glibc)
    private func number(_ type: __socket_type) -> CInt { CInt(type.rawValue) }
#else
    private func number(_ type: CInt) -> CInt { type }
#endif

/// A socket address: an IPv4 address and a port.
public struct Address: CustomStringConvertible {
    private var address = sockaddr_in()

    /// 0.0.0.0:0.
    public init() {
        address.sin_family = sa_family_t(AF_INET)
    }

    /// A numeric address and a port; what is no address becomes 255.255.255.255.
    public init(_ host: String, _ port: UInt16) {
        self.init()
        address.sin_addr.s_addr = inet_addr(host)
        address.sin_port = port.bigEndian
    }

    /// `host:port`.
    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET_ADDRSTRLEN))
        var host = address.sin_addr
        inet_ntop(AF_INET, &host, &text, socklen_t(text.count))
        return "\(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)):\(port)"
    }

    /// The port.
    public var port: UInt16 { UInt16(bigEndian: address.sin_port) }

    /// Hands it to a system call as the pointer and the size that it wants.
    public func pass<Result>(_ call: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                call($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Lets a system call fill it in.
    public mutating func fill<Result>(
        _ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
    ) -> Result {
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, &size) }
        }
    }

    /// The address that a socket is bound to.
    public static func local(of socket: CInt) throws -> Address {
        var address = Address()
        try check("getsockname", address.fill { getsockname(socket, $0, $1) })
        return address
    }

    /// The address that a socket is connected to.
    public static func peer(of socket: CInt) throws -> Address {
        var address = Address()
        try check("getpeername", address.fill { getpeername(socket, $0, $1) })
        return address
    }
}

/// Sends one datagram.
public func send(_ text: String, on socket: CInt, to destination: Address) throws {
    let bytes = Array(text.utf8)
    try check("sendto", destination.pass { sendto(socket, bytes, bytes.count, 0, $0, $1) })
}

/// Receives one datagram, cut to a limit, and who sent it.
public func receive(on socket: CInt, upTo limit: Int) throws -> (text: String, source: Address) {
    var bytes = [UInt8](repeating: 0, count: limit)
    var source = Address()
    let count = try check("recvfrom", source.fill { recvfrom(socket, &bytes, limit, 0, $0, $1) })
    return (String(decoding: bytes.prefix(count), as: UTF8.self), source)
}

/// Prints a line at once, also into a pipe.
public func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(1, bytes, bytes.count)
}

/// Waits for a line (or the end) of standard input.
public func waitForEnter() {
    say("Press Enter to terminate ...")
    _ = readLine()
}

/// The n-th argument of the command line, else a default.
public func argument(_ place: Int, _ standard: String) -> String {
    CommandLine.arguments.count > place ? CommandLine.arguments[place] : standard
}

/// The n-th argument as a port.
public func port(_ place: Int, _ standard: UInt16) -> UInt16 {
    UInt16(argument(place, "\(standard)")) ?? standard
}

/// Runs a demonstration; an error ends it with words and the exit code 69.
public func demonstrate(_ body: () throws -> Void) {
    do { try body() } catch {
        let bytes = Array("\(error)\n".utf8)
        _ = write(2, bytes, bytes.count)
        exit(69)
    }
}
