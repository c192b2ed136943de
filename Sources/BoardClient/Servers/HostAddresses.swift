package import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The addresses behind a name.
package enum HostAddresses {
    /// Most addresses of one name that are tried.
    package static let maximum = 16

    /// The addresses of an endpoint's host, numeric, in the order in which to try them. A numeric host has itself.
    ///
    /// It lasts as long as the system's resolver lets it.
    static func resolve(_ endpoint: Endpoint) async throws(ClientError) -> [Endpoint] {
        if isNumeric(endpoint.host) { return [endpoint] }
        let (host, port) = (endpoint.host, endpoint.port)
        let found: [SocketAddress]
        do {
            // Asking blocks: a thread of NIO's pool waits, not one that tasks run on.
            found = try await NIOThreadPool.singleton.runIfActive { lookUp(host, port) }
        } catch {
            throw .unreachable(endpoint: "\(endpoint)", reason: "\(error)")
        }
        guard !found.isEmpty else {
            throw .unreachable(endpoint: "\(endpoint)", reason: "the name \(host) is not known")
        }
        return alternating(found).map { Endpoint(host: $0.ipAddress ?? host, port: port) }
    }

    /// Whether a host is an address and no name, so that nobody has to be asked for it.
    package static func isNumeric(_ host: String) -> Bool {
        (try? SocketAddress(ipAddress: host, port: 0)) != nil
    }

    /// The order of RFC 8305, section 4: as the system has sorted them (RFC 6724), but the families take turns, so that
    /// one that leads nowhere costs a single attempt. No more than ``maximum``.
    package static func alternating(_ addresses: [SocketAddress]) -> [SocketAddress] {
        guard let family = addresses.first?.protocol else { return [] }
        var first = addresses.filter { $0.protocol == family }[...]
        var second = addresses.filter { $0.protocol != family }[...]
        var result: [SocketAddress] = []
        while let next = first.popFirst() {
            result.append(next)
            if let other = second.popFirst() { result.append(other) }
        }
        return Array((result + second).prefix(maximum))
    }

    private static func lookUp(_ host: String, _ port: Int) -> [SocketAddress] {
        var hints = addrinfo()
        #if canImport(Glibc)
            hints.ai_socktype = CInt(SOCK_STREAM.rawValue)  // each address once
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &list) == 0, let list else { return [] }
        defer { freeaddrinfo(list) }
        return sequence(first: list, next: { $0.pointee.ai_next }).compactMap { entry in
            guard let address = entry.pointee.ai_addr else { return nil }
            switch entry.pointee.ai_family {
            case AF_INET:
                return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { SocketAddress($0.pointee) }
            case AF_INET6:
                return address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { SocketAddress($0.pointee) }
            default: return nil
            }
        }
    }
}
