/// A type that has a form of its own on the wire: as a parameter or a result it is written in it.
public protocol PyroConvertible: Codable, Sendable, Hashable {
    /// The form on the wire.
    func value() -> PyroValue
    /// The value of that form; `nil` when it is none.
    init?(_ value: PyroValue)
}

extension PyroConvertible {
    /// Writes the form on the wire.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value())
    }

    /// Reads the form on the wire.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let value = try container.decode(PyroValue.self)
        guard let converted = Self(value) else {
            throw PyroDataError(.mismatch, "expected a \(Self.self), found \(value.typeName)")
        }
        self = converted
    }
}
