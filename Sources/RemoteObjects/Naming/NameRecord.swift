public import PyroWire

/// What a name server knows of a name.
public struct NameRecord: Sendable, Hashable {
    /// Where the object is.
    public let uri: PyroURI
    /// The same, as it was registered.
    public let text: String
    /// What the name's owner says of it, for those who search by it.
    public var metadata: Set<String>

    /// - Parameter text: a URI of any kind; `nil` when it is none.
    public init?(_ text: String, metadata: Set<String> = []) {
        guard let uri = PyroURI(text) else { return nil }
        (self.uri, self.text, self.metadata) = (uri, text, metadata)
    }

    /// The daemon that has the object, where it can be asked whether it is there: over TCP.
    var daemon: DaemonPlace? {
        guard uri.scheme == .object, case .host(let host, let port)? = uri.location else { return nil }
        return DaemonPlace(host: host, port: port)
    }

    var metadataValue: PyroValue { .set(metadata.sorted().map(PyroValue.string)) }

    /// As `list` and `yplookup` show it.
    func listed(withMetadata: Bool) -> PyroValue {
        withMetadata ? .tuple([.string(text), metadataValue]) : .string(text)
    }

    /// What counts for the limits.
    var bytes: Int { text.utf8.count + metadataBytes }
    var metadataBytes: Int { metadata.reduce(0) { $0 + $1.utf8.count } }
}

/// Where a daemon listens.
struct DaemonPlace: Sendable, Hashable, CustomStringConvertible {
    let host: String
    let port: Int

    /// `'host:port'`, quoted: it came from the network.
    var description: String { "\(PyroValue.string(RemoteObjectID.location(host: host, port: port)))" }
}
