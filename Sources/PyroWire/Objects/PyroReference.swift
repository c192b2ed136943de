/// A remote object as a parameter or a result: what the receiver makes a proxy of, and a Python proxy is sent as.
public struct PyroReference: PyroConvertible {
    /// Where the object is.
    public var uri: PyroURI
    /// Its methods that nobody waits for.
    public var oneway: Set<String>
    /// Its methods; empty when its sender has not asked for them yet.
    public var methods: Set<String>
    /// Its attributes.
    public var attributes: Set<String>
    /// What the receiver is to say in its CONNECT.
    public var handshake: PyroValue
    /// The serializer that the sender prefers for it; `nil` for the receiver's own.
    public var serializer: PyroSerializer?

    /// A reference.
    public init(
        uri: PyroURI, oneway: Set<String> = [], methods: Set<String> = [], attributes: Set<String> = [],
        handshake: PyroValue = "hello", serializer: PyroSerializer? = nil
    ) {
        self.uri = uri
        self.oneway = oneway
        self.methods = methods
        self.attributes = attributes
        self.handshake = handshake
        self.serializer = serializer
    }

    /// A reference to an object with its metadata.
    public init(uri: PyroURI, metadata: PyroMetadata) {
        self.init(uri: uri, oneway: metadata.oneway, methods: metadata.methods, attributes: metadata.attributes)
    }

    /// Pyro5's class name of a reference.
    static let className = "Pyro5.client.Proxy"

    /// The reference of `{'__class__':'Pyro5.client.Proxy','state':(uri, oneway, methods, attrs, handshake, serializer)}`.
    public init?(_ value: PyroValue) {
        guard value["__class__"]?.asText == Self.className, let state = value["state"]?.asItems, state.count == 6,
            let uri = state[0].asText.flatMap({ PyroURI($0) }), let oneway = state[1].asTexts,
            let methods = state[2].asTexts, let attributes = state[3].asTexts
        else { return nil }
        self.init(
            uri: uri, oneway: Set(oneway), methods: Set(methods), attributes: Set(attributes), handshake: state[4],
            serializer: state[5].asText.flatMap(PyroSerializer.init(name:)))
    }

    /// The dict that goes over the wire.
    public func value() -> PyroValue {
        func names(_ names: Set<String>) -> PyroValue { .tuple(names.sorted().map(PyroValue.string)) }
        return [
            "__class__": .string(Self.className),
            "state": .tuple([
                .string(uri.description), names(oneway), names(methods), names(attributes), handshake,
                serializer.map { .string($0.name) } ?? PyroValue.none,
            ]),
        ]
    }
}
