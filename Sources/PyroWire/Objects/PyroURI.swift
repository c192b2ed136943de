/// Where an object is: `PYRO:object@host:port`, `PYRO:object@./u:socket`, `PYRONAME:name@host`, `PYROMETA:a,b`.
public struct PyroURI: PyroConvertible, LosslessStringConvertible {
    /// How the object is found.
    public enum Scheme: String, Sendable, Hashable {
        /// By its id at the location itself.
        case object = "PYRO"
        /// By its name, in the name server at the location.
        case name = "PYRONAME"
        /// By its metadata, in the name server at the location.
        case metadata = "PYROMETA"
    }

    /// Where to connect.
    public enum Location: Sendable, Hashable {
        /// A host's name or address, without the brackets that IPv6 has in the text, and a TCP port.
        case host(String, port: Int)
        /// The path of a Unix domain socket.
        case socket(String)
    }

    /// How the object is found.
    public var scheme: Scheme
    /// The object's id, its name, or its metadata with commas between them.
    public var object: String
    /// Where to connect; `nil` for the name server that is found by itself.
    public var location: Location?

    /// The port of a name server that has none in its URI.
    public static let nameServerPort = 9090

    /// A URI.
    public init(_ scheme: Scheme = .object, object: String, location: Location?) {
        self.scheme = scheme
        self.object = object
        self.location = location
    }

    /// The URI of an object at a host and port.
    public init(object: String, host: String, port: Int) {
        self.init(.object, object: object, location: .host(host, port: port))
    }

    /// The URI of a text; `nil` when it is none.
    public init?(_ description: String) {
        guard let colon = description.firstIndex(of: ":"),
            let scheme = Scheme(rawValue: description[..<colon].uppercased())
        else { return nil }
        // The object ends at the first @ that something comes after; it has a character at least, and no blank.
        let rest = description[description.index(after: colon)...]
        let end = rest.dropFirst().firstIndex(of: "@").flatMap { rest.index(after: $0) < rest.endIndex ? $0 : nil }
        let object = rest[..<(end ?? rest.endIndex)]
        guard !object.isEmpty, !object.contains(where: \.isWhitespace) else { return nil }
        self.scheme = scheme
        self.object = String(object)
        guard let end else {
            guard scheme != .object else { return nil }
            return
        }
        let text = rest[rest.index(after: end)...]
        guard !text.contains(where: \.isNewline),
            let location = Self.location(text, defaultPort: scheme == .object ? nil : Self.nameServerPort)
        else { return nil }
        self.location = location
    }

    private static func location(_ text: Substring, defaultPort: Int?) -> Location? {
        if text.hasPrefix("./u:") {
            let path = text.dropFirst(4)
            return path.isEmpty || path.contains(":") ? nil : .socket(String(path))
        }
        let host: Substring
        var port: Substring
        if text.first == "[" {
            guard let bracket = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<bracket]
            guard !host.isEmpty, host.allSatisfy({ $0.isHexDigit && $0.isASCII || $0 == ":" || $0 == "%" }) else {
                return nil
            }
            port = text[text.index(after: bracket)...]
            guard port.isEmpty || port.removeFirst() == ":" else { return nil }
        } else {
            let colon = text.firstIndex(of: ":") ?? text.endIndex
            host = text[..<colon]
            port = text[colon...].dropFirst()
        }
        guard !host.isEmpty else { return nil }
        guard let number = port.isEmpty ? defaultPort : Int(port), (0...65535).contains(number) else { return nil }
        return .host(String(host), port: number)
    }

    /// The URI as text.
    public var description: String {
        let place: String
        switch location {
        case nil: place = ""
        case .host(let host, let port): place = host.contains(":") ? "@[\(host)]:\(port)" : "@\(host):\(port)"
        case .socket(let path): place = "@./u:\(path)"
        }
        return "\(scheme.rawValue):\(object)\(place)"
    }

    /// Pyro5's class name of a URI.
    static let className = "Pyro5.core.URI"

    /// The URI of `{'__class__':'Pyro5.core.URI','state':(scheme, object, socket, host, port)}`, or of a text.
    public init?(_ value: PyroValue) {
        if let text = value.asText {
            self.init(text)
            return
        }
        guard value["__class__"]?.asText == Self.className, let state = value["state"]?.asItems, state.count == 5,
            let scheme = state[0].asText.flatMap(Scheme.init), let object = Self.object(state[1])
        else { return nil }
        switch (state[2], state[3], state[4]) {
        case (.none, .none, _): self.init(scheme, object: object, location: nil)
        case (.string(let path), .none, _): self.init(scheme, object: object, location: .socket(path))
        case (.none, .string(let host), .int(let port)) where (0...65535).contains(port):
            self.init(scheme, object: object, location: .host(host, port: port))
        default: return nil
        }
    }

    /// Metadata are a set in Python.
    private static func object(_ value: PyroValue) -> String? {
        value.asText ?? value.asTexts?.sorted().joined(separator: ",")
    }

    /// The dict that goes over the wire.
    public func value() -> PyroValue {
        var state: [PyroValue] = [.string(scheme.rawValue), .string(object), .none, .none, .none]
        if scheme == .metadata { state[1] = .set(object.split(separator: ",").map { .string(String($0)) }) }
        switch location {
        case nil: break
        case .host(let host, let port):
            state[3] = .string(host)
            state[4] = .int(port)
        case .socket(let path): state[2] = .string(path)
        }
        return ["__class__": .string(Self.className), "state": .tuple(state)]
    }
}
