/// The payload of a CONNECT: the client's first message.
public struct PyroConnect: Sendable, Hashable {
    /// What the daemon may check: `hello` unless the client says more, a token for example.
    public var handshake: PyroValue
    /// The id of the object that the client wants to know more of.
    public var object: String

    /// A connect.
    public init(handshake: PyroValue = "hello", object: String) {
        self.handshake = handshake
        self.object = object
    }

    /// The connect of a payload.
    public init(
        payload: [UInt8], serializer: PyroSerializer, limits: PyroDataLimits = PyroDataLimits()
    ) throws(PyroDataError) {
        let value = try serializer.decode(payload, limits: limits)
        guard let object = value["object"]?.asText else {
            throw PyroDataError(.malformed, "the \(value.typeName) is no connect: handshake and object")
        }
        self.init(handshake: value["handshake"] ?? PyroValue.none, object: object)
    }

    /// The payload.
    public func payload(_ serializer: PyroSerializer) throws(PyroDataError) -> [UInt8] {
        try serializer.encode(["handshake": handshake, "object": .string(object)])
    }
}

/// The payload of a CONNECTOK: what the daemon says to a client it takes.
public struct PyroConnected: Sendable, Hashable {
    /// The daemon's half of the handshake.
    public var handshake: PyroValue
    /// What the object has; without it the client asks `Pyro.Daemon` for it.
    public var metadata: PyroMetadata?

    /// An answer to a connect.
    public init(handshake: PyroValue = "hello", metadata: PyroMetadata?) {
        self.handshake = handshake
        self.metadata = metadata
    }

    /// The answer of a payload.
    public init(
        payload: [UInt8], serializer: PyroSerializer, limits: PyroDataLimits = PyroDataLimits()
    ) throws(PyroDataError) {
        let value = try serializer.decode(payload, limits: limits)
        guard case .dict = value else {
            throw PyroDataError(.malformed, "the \(value.typeName) is no answer to a connect: handshake and meta")
        }
        handshake = value["handshake"] ?? PyroValue.none
        let meta = value["meta"] ?? PyroValue.none
        if meta != PyroValue.none {
            guard let metadata = PyroMetadata(meta) else {
                throw PyroDataError(.malformed, "metadata that are not three sets of names")
            }
            self.metadata = metadata
        }
    }

    /// The payload.
    public func payload(_ serializer: PyroSerializer) throws(PyroDataError) -> [UInt8] {
        try serializer.encode(["handshake": handshake, "meta": metadata?.value() ?? PyroValue.none])
    }
}

/// What an object has for its callers: the names that Pyro5's client lets through.
public struct PyroMetadata: PyroConvertible {
    /// Methods that can be called.
    public var methods: Set<String>
    /// Those of them that nobody waits for.
    public var oneway: Set<String>
    /// Attributes that can be read or set.
    public var attributes: Set<String>

    /// Metadata.
    public init(methods: Set<String>, oneway: Set<String> = [], attributes: Set<String> = []) {
        self.methods = methods
        self.oneway = oneway
        self.attributes = attributes
    }

    /// The metadata of `{'methods': …, 'oneway': …, 'attrs': …}`: sets, or what other serializers make of them.
    public init?(_ value: PyroValue) {
        guard let methods = value["methods"]?.asTexts, let oneway = value["oneway"]?.asTexts,
            let attributes = value["attrs"]?.asTexts
        else { return nil }
        self.init(methods: Set(methods), oneway: Set(oneway), attributes: Set(attributes))
    }

    /// The dict that goes over the wire, each set in order.
    public func value() -> PyroValue {
        ["methods": Self.set(methods), "oneway": Self.set(oneway), "attrs": Self.set(attributes)]
    }

    private static func set(_ names: Set<String>) -> PyroValue { .set(names.sorted().map(PyroValue.string)) }
}
