import Foundation

/// A plain blocking client for tests. Each call waits in a thread of its own, since tests have few and servers need some.
final class Client: Sendable {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    private let descriptor: Int32

    /// Connects to `127.0.0.1`.
    ///
    /// - Parameter receiveBuffer: bytes that the kernel keeps for it.
    init(_ port: Int, receiveBuffer: Int32? = nil) async throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failed("socket") }
        // Longer than anything takes: who waits for nothing is told so.
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        try await inThread { [descriptor] in
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
            let code = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard code == 0 else { throw Self.failed("connect") }
        }
    }

    deinit { close(descriptor) }

    /// Sends all of it.
    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    /// Sends all of it.
    func send(_ bytes: [UInt8]) async throws {
        try await inThread { [descriptor] in
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { throw Self.failed("send") }
                sent += count
            }
        }
    }

    /// Receives so many bytes, or fewer when the server ends before.
    func receive(_ count: Int) async throws -> String {
        try await inThread { [descriptor] in
            String(decoding: try Self.receive(count, from: descriptor), as: UTF8.self)
        }
    }

    /// Receives up to and with a newline; without one when the server ends before.
    func line() async throws -> String {
        try await inThread { [descriptor] in
            var line: [UInt8] = []
            while line.last != UInt8(ascii: "\n") {
                let byte = try Self.receive(1, from: descriptor)
                guard !byte.isEmpty else { break }
                line += byte
            }
            return String(decoding: line, as: UTF8.self)
        }
    }

    /// Receives everything until the server closes or resets.
    func rest() async -> String {
        let bytes = try? await inThread { [descriptor] in
            var bytes: [UInt8] = []
            while let piece = try? Self.receive(65_536, from: descriptor, atLeast: 1), !piece.isEmpty { bytes += piece }
            return bytes
        }
        return String(decoding: bytes ?? [], as: UTF8.self)
    }

    /// Shuts its sending side.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Vanishes: what it still has to get is thrown away, and the server told so. Not to be used after.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        // An address of no family takes the connection away and leaves the descriptor, which others may not get before the end.
        var nowhere = sockaddr(sa_family: sa_family_t(AF_UNSPEC), sa_data: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        connect(descriptor, &nowhere, socklen_t(MemoryLayout<sockaddr>.size))
    }

    private static func receive(_ count: Int, from descriptor: Int32, atLeast: Int? = nil) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var got = 0
        while got < atLeast ?? count {
            let piece = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress! + got, count - got, 0) }
            guard piece >= 0 else { throw failed("recv") }
            if piece == 0 { break }
            got += piece
        }
        return Array(bytes[..<got])
    }

    private static func failed(_ call: String) -> Failed {
        Failed(description: "\(call): \(String(cString: strerror(errno)))")
    }
}

/// Does what blocks in a thread of its own: the threads that tests run on are as few as the cores.
func inThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}
