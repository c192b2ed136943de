import PyroWire

/// What Python takes for the arguments of a name server's methods, and its words for what it does not take.
enum NameArguments {
    /// The text of a URI that can be registered.
    static func uri(_ value: PyroValue) throws(PyroException) -> String {
        if let text = value.asText {
            guard PyroURI(text) != nil else { throw .pyro("PyroError", reason(text)) }
            return text
        }
        guard let uri = PyroURI(value) else {
            throw .builtin("TypeError", "only URIs or strings can be registered")
        }
        return "\(uri)"
    }

    /// What Pyro5 says of a text that is no URI.
    private static func reason(_ text: String) -> String {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let scheme = parts[0].uppercased()
        guard parts.count == 2, scheme.hasPrefix("PYRO"), scheme.allSatisfy({ $0.isASCII && $0.isLetter }),
            let first = parts[1].first, !first.isWhitespace
        else { return "invalid uri" }
        guard ["PYRO", "PYRONAME", "PYROMETA"].contains(scheme) else { return "invalid uri (protocol)" }
        guard let at = parts[1].dropFirst().firstIndex(of: "@"), !parts[1][..<at].contains(where: \.isWhitespace) else {
            return "invalid uri"
        }
        let location = parts[1][parts[1].index(after: at)...]
        if location.isEmpty { return "invalid uri" }
        if location.hasPrefix("./u:") { return "invalid uri (location)" }
        if location.hasPrefix("[[") { return "invalid ipv6 address: enclosed in too many brackets" }
        if location.hasPrefix("[") {
            return "invalid ipv6 address: the part between brackets must be a numeric ipv6 address"
        }
        let port =
            location.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).dropFirst().first ?? ""
        return "invalid port in uri, port=\(port.isEmpty ? "None" : port)"
    }

    /// A set of texts, from whatever Python can iterate over; `nil` for none.
    static func tags(_ value: PyroValue?, _ name: String) throws(PyroException) -> Set<String>? {
        guard let value else { return nil }
        if value.asText != nil {
            throw .builtin("TypeError", "\(name) should not be a str, but another iterable (set, list, etc)")
        }
        guard let items = value.asItems ?? value.asEntries?.map(\.key) else {
            throw .builtin("TypeError", "'\(value.typeName)' object is not iterable")
        }
        var tags: Set<String> = []
        for item in items {
            guard let tag = item.asText else {
                throw .builtin("TypeError", "\(name) should have strings in it, not \(item.typeName)")
            }
            tags.insert(tag)
        }
        return tags
    }

    /// What names begin with.
    static func prefix(_ value: PyroValue) throws(PyroException) -> String {
        guard let text = value.asText else {
            throw .builtin(
                "TypeError", "startswith first arg must be str or a tuple of str, not \(value.typeName)")
        }
        return text
    }

    /// A regular expression.
    static func regex(_ value: PyroValue) throws(PyroException) -> String {
        guard let text = value.asText else {
            throw .builtin("TypeError", "first argument must be string or compiled pattern")
        }
        return text
    }
}

extension PyroValue {
    /// Whether Python's `if` takes it for true.
    var isTrue: Bool {
        switch self {
        case .none: false
        case .bool(let flag): flag
        case .int(let number): number != 0
        case .bigInt: true
        case .float(let number): number != 0
        case .complex(let real, let imaginary): real != 0 || imaginary != 0
        case .string(let text): !text.isEmpty
        case .bytes(let bytes): !bytes.isEmpty
        case .tuple(let items), .list(let items), .set(let items): !items.isEmpty
        case .dict(let entries): !entries.isEmpty
        }
    }
}
