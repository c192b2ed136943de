/// Why what a peer sends is no message, or none that is taken. The connection is of no use after it.
public enum PyroWireError: Error, Sendable, Hashable {
    /// It does not begin with `PYRO`.
    case notPyro
    /// Another version of the protocol.
    case version(UInt16)
    /// The mark at the head's end is wrong.
    case magic(UInt16)
    /// A message of this type is not taken here.
    case type(UInt8, expected: [PyroMessageType])
    /// Annotations and payload together are larger than what is taken.
    case tooLarge(Int, limit: Int)
    /// The annotations are more than what is taken, or do not add up.
    case annotations(String)
    /// The payload is not what zlib makes.
    case compression
    /// The payload is larger than what is taken once it is inflated.
    case inflated(limit: Int)

    /// What a Pyro5 daemon says of it in its CONNECTFAIL, see ``PyroMessage/refusal(_:sequence:)``.
    public var refusal: String {
        switch self {
        case .notPyro: "invalid data"
        case .version(let version): "invalid protocol version: \(version)"
        case .magic: "invalid message or protocol version"
        case .type(let type, let expected):
            "invalid msg type \(type) received (expected: \(expected.map { "\($0.rawValue)" }.joined(separator: ",")))"
        case .tooLarge(let bytes, let limit): "message too large (\(bytes), max=\(limit))"
        case .annotations(let what): what
        case .compression: "invalid compressed data"
        case .inflated(let limit): "message too large (compressed, max=\(limit))"
        }
    }
}

extension PyroWireError: CustomStringConvertible {
    /// The failure in a sentence without a full stop.
    public var description: String { refusal }
}

/// How much of a peer's messages is held.
public struct PyroMessageLimits: Sendable, Hashable {
    /// Bytes of one message's annotations and payload, as sent.
    public var messageBytes = 8 << 20
    /// Bytes of one payload once it is inflated.
    public var inflatedBytes = 8 << 20
    /// Annotations of one message.
    public var annotations = 64

    /// The defaults.
    public init() {}

    /// Limits.
    public init(messageBytes: Int, inflatedBytes: Int, annotations: Int) {
        self.messageBytes = messageBytes
        self.inflatedBytes = inflatedBytes
        self.annotations = annotations
    }
}
