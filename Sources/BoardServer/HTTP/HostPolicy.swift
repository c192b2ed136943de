import NIOCore

/// Which names a web server answers to, and which pages may post to it.
///
/// A browser sends a page's requests to any name that the page's author lets point here (DNS rebinding), and posts
/// without asking when the body looks like text. So a request has to name this server by an address, by `localhost` or
/// by a name it was told; and a page's request (one with an `Origin`) has to come from a page of this server.
package struct HostPolicy: Sendable {
    /// Why a request is not served.
    package enum Refusal: Equatable {
        /// HTTP/1.1 without `Host`, or with several (RFC 9112, section 3.2).
        case unreadable
        /// A name that is not this server's (RFC 9110, section 7.4).
        case foreignHost
        /// A page from somewhere else.
        case foreignOrigin
    }

    private let names: Set<String>

    /// - Parameter names: those that are this server's, besides `localhost` and addresses; without ports.
    package init(names: some Sequence<String>) {
        self.names = Set(names.map { $0.lowercased() })
    }

    /// - Parameters:
    ///   - hosts: the values of all `Host` fields.
    ///   - origins: the values of all `Origin` fields.
    /// - Returns: `nil` when the request is to be served.
    package func refusal(hosts: [String], origins: [String], requiresHost: Bool) -> Refusal? {
        guard hosts.count <= 1, hosts.count == 1 || !requiresHost else { return .unreadable }
        if let host = hosts.first {
            guard let name = Self.name(of: host) else { return .unreadable }
            guard isOurs(name) else { return .foreignHost }
        }
        for origin in origins {
            guard let host = hosts.first, Self.isPage(origin, of: host) else { return .foreignOrigin }
        }
        return nil
    }

    private func isOurs(_ name: String) -> Bool {
        name == "localhost" || name.hasSuffix(".localhost") || names.contains(name) || Self.isAddress(name)
    }

    private static func isAddress(_ name: String) -> Bool {
        (try? SocketAddress(ipAddress: name, port: 0)) != nil
    }

    /// Scheme and host; a proxy in front may speak TLS to the browser.
    private static func isPage(_ origin: String, of host: String) -> Bool {
        let origin = origin.lowercased()
        let host = host.lowercased()
        return origin == "http://" + host || origin == "https://" + host
    }

    /// The host of `host[:port]` in lower case, without the brackets of an IPv6 address and without a last dot.
    static func name(of field: String) -> String? {
        if field.hasPrefix("[") {
            guard let end = field.firstIndex(of: "]") else { return nil }
            let rest = field[field.index(after: end)...]
            guard rest.isEmpty || isPort(rest) else { return nil }
            return field[field.index(after: field.startIndex)..<end].lowercased()
        }
        var name = field[...]
        if let colon = field.firstIndex(of: ":") {
            guard isPort(field[colon...]) else { return nil }
            name = field[..<colon]
        }
        if name.hasSuffix(".") { name.removeLast() }
        return name.isEmpty ? nil : name.lowercased()
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.hasPrefix(":") && text.utf8.dropFirst().allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
