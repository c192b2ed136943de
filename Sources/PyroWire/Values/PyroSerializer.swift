/// How a message's payload is written: the serializers of Pyro5 by the number in the header.
public enum PyroSerializer: UInt8, Sendable, Hashable, CaseIterable {
    /// Python literals as text: Pyro5's default.
    case serpent = 1
    /// Python's own format, which changes with its releases: texts only, see ``PyroMarshal``.
    case marshal = 2
    /// JSON as Python has it, with `NaN` and `Infinity`.
    case json = 3
    /// MessagePack with four extensions.
    case msgpack = 4

    /// The name that Pyro5's configuration has for it.
    public var name: String {
        switch self {
        case .serpent: "serpent"
        case .marshal: "marshal"
        case .json: "json"
        case .msgpack: "msgpack"
        }
    }

    /// The serializer of that name.
    public init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    /// The document of a value.
    ///
    /// What a serializer lacks becomes what Pyro5 makes of it: json and msgpack write tuples and sets as lists, json writes
    /// bytes as `{"data": base64, "encoding": "base64"}` and turns keys into texts; serpent writes an empty set as `()`.
    ///
    /// It throws when Python could not read it back: a key that cannot be hashed, more than 200 levels, a type that the
    /// serializer does not have.
    public func encode(_ value: PyroValue) throws(PyroDataError) -> [UInt8] {
        switch self {
        case .serpent:
            var writer = SerpentWriter.document()
            try writer.write(value, depth: 0)
            return writer.output
        case .json:
            var writer = JSONWriter()
            try writer.write(value, depth: 0)
            return writer.output
        case .msgpack:
            var writer = MsgpackWriter()
            try writer.write(value, depth: 0)
            return writer.output
        case .marshal:
            guard case .string(let text) = value else {
                throw PyroDataError(.unsupported, "marshal is written for texts only, not for \(value.typeName)")
            }
            return PyroMarshal.encode(text)
        }
    }

    /// The value of a document.
    public func decode(
        _ bytes: UnsafeRawBufferPointer, limits: PyroDataLimits = PyroDataLimits()
    ) throws(PyroDataError) -> PyroValue {
        guard bytes.count <= limits.bytes else {
            throw PyroDataError(.limit, "a document of \(bytes.count) bytes; at most \(limits.bytes) are read")
        }
        switch self {
        case .serpent:
            var reader = LiteralReader(bytes, limits)
            return try reader.document()
        case .json:
            var reader = JSONReader(bytes, limits)
            return try reader.document()
        case .msgpack:
            var reader = MsgpackReader(bytes, limits)
            return try reader.document()
        case .marshal:
            guard let text = PyroMarshal.decode(bytes) else {
                throw PyroDataError(.unsupported, "marshal is read for texts only; use serpent, json or msgpack")
            }
            return .string(text)
        }
    }

    /// The value of a document.
    public func decode(
        _ bytes: [UInt8], limits: PyroDataLimits = PyroDataLimits()
    ) throws(PyroDataError) -> PyroValue {
        // `withUnsafeBytes` carries no typed error out of its closure in every release: the result does.
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(PyroDataError) in try self.decode(bytes, limits: limits) }
        }
        return try result.get()
    }
}
