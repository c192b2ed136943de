/// Where a board listens: `host:port`, an IPv6 host in brackets.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// A name or a numeric address, without brackets.
    public var host: String
    /// 0 to 65535.
    public var port: Int

    /// A host, and a port of it.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port`, `host`, `:port`, `port` or `[ipv6]:port`; what is missing comes from the default. `nil` when it is none.
    public init?(_ text: String, default: Endpoint = .standard) {
        var host = text[...]
        var port: Substring?
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            port = host
            host = ""
        }
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return nil }
            let rest = host[host.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            port = rest.isEmpty ? nil : rest.dropFirst()
            host = host[host.index(after: host.startIndex)..<end]
        } else if let colon = host.lastIndex(of: ":"), host.firstIndex(of: ":") == colon {
            port = host[host.index(after: colon)...]
            host = host[..<colon]
        }
        if let port {
            guard let number = UInt16(port) else { return nil }
            self.port = Int(number)
        } else {
            self.port = `default`.port
        }
        self.host = host.isEmpty ? `default`.host : String(host)
    }

    /// Where a board listens when nobody says otherwise.
    public static let standard = Endpoint(host: "127.0.0.1", port: 7_777)

    /// `host:port`, as ``init(_:default:)`` reads it.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
