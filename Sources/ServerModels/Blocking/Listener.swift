import Glibc

/// A listening TCP socket.
struct Listener: Sendable {
    let descriptor: Int32
    /// Where it listens; with the port that was found for port 0.
    let address: Peer

    /// - Parameter host: a name or an address; the first address that can be bound is taken.
    /// - Throws: ``ListenError``; nothing is open then.
    init(host: String, port: Int, backlog: Int) throws(ListenError) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        guard code == 0 else {
            throw ListenError(host: host, port: port, reason: String(cString: gai_strerror(code)))
        }
        defer { freeaddrinfo(found) }
        var reason = "it has no address"
        for info in sequence(first: found, next: { $0?.pointee.ai_next }).compactMap(\.self) {
            do throws(SystemCallError) {
                self = try Self(descriptor: Self.listen(on: info.pointee, backlog: backlog))
                return
            } catch {
                reason = error.code == EADDRINUSE ? "another program is using that port" : error.description
            }
        }
        throw ListenError(host: host, port: port, reason: reason)
    }

    /// Takes no more clients, whoever else holds the socket.
    func stopListening() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// Gives the socket back.
    func close() {
        Glibc.close(descriptor)
    }

    private init(descriptor: Int32) throws(SystemCallError) {
        self.descriptor = descriptor
        address = try Peer(of: descriptor)
    }

    private static func listen(on info: addrinfo, backlog: Int) throws(SystemCallError) -> Int32 {
        let descriptor = socket(info.ai_family, info.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), info.ai_protocol)
        guard descriptor >= 0 else { throw SystemCallError("socket") }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, info.ai_addr, info.ai_addrlen) == 0 else {
            defer { Glibc.close(descriptor) }
            throw SystemCallError("bind")
        }
        guard Glibc.listen(descriptor, Int32(backlog)) == 0 else {
            defer { Glibc.close(descriptor) }
            throw SystemCallError("listen")
        }
        return descriptor
    }
}

/// A server could not listen.
public struct ListenError: Error, CustomStringConvertible {
    let host: String
    let port: Int
    /// What the system says, in words.
    public let reason: String

    /// Where, why, and what to do.
    public var description: String {
        "cannot listen on \(Peer(address: host, port: port)): \(reason). Give another --listen HOST:PORT; port 0 is any free one"
    }
}

extension Peer {
    /// The near end of a socket.
    fileprivate init(of descriptor: Int32) throws(SystemCallError) {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        guard code == 0 else { throw SystemCallError("getsockname") }
        self.init(storage, size)
    }

    /// What `accept(2)` and `getsockname(2)` tell of an end of a connection.
    init(_ storage: sockaddr_storage, _ size: socklen_t) {
        var storage = storage
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        withUnsafePointer(to: &storage) {
            _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getnameinfo(
                    $0, size, &host, socklen_t(host.count), &service, socklen_t(service.count),
                    NI_NUMERICHOST | NI_NUMERICSERV)
            }
        }
        // Numeric forms of an address of a known family always fit.
        self.init(
            address: String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self),
            port: Int(String(decoding: service.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)) ?? 0)
    }
}
