/// As a parameter or a result a value goes untouched: such a parameter takes anything.
extension PyroValue: Codable {
    /// Hands the value to a ``PyroValueEncoder``; other encoders have no place for it.
    public func encode(to encoder: any Encoder) throws {
        guard let encoder = encoder as? EncodedPart else {
            throw EncodingError.invalidValue(
                self, .init(codingPath: encoder.codingPath, debugDescription: "PyroValue goes through PyroValueEncoder")
            )
        }
        encoder.content = .value(self)
    }

    /// Takes the value from a ``PyroValueDecoder``; other decoders have none.
    public init(from decoder: any Decoder) throws {
        guard let decoder = decoder as? DecodedPart else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "PyroValue comes from PyroValueDecoder"))
        }
        self = decoder.value
    }
}

/// A part of a path that no type names.
struct PathKey: CodingKey {
    let stringValue: String
    var intValue: Int? { Int(stringValue) }
    init(stringValue: String) { self.stringValue = stringValue }
    init(intValue: Int) { stringValue = String(intValue) }
}

/// The failure seen from one level up; what user code throws stays as it is.
func relocated(_ error: any Error, under key: String) -> any Error {
    switch error {
    case let error as PyroDataError: error.under(key)
    case let error as DecodingError: PyroDataError(error).under(key)
    case let error as EncodingError: PyroDataError(error).under(key)
    default: error
    }
}

extension PyroDataError {
    /// A failure that a type's own decoding found.
    init(_ error: DecodingError) {
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            self.init(.mismatch, context.debugDescription)
        case .keyNotFound(let key, _): self.init(.mismatch, "the key \(quoted(key.stringValue)) is missing")
        @unknown default: self.init(.mismatch, "\(error)")
        }
    }

    /// A failure that a type's own encoding found.
    init(_ error: EncodingError) {
        switch error {
        case .invalidValue(_, let context): self.init(.unsupported, context.debugDescription)
        @unknown default: self.init(.unsupported, "\(error)")
        }
    }

    /// What Python calls a plain type of Swift's; others keep their names.
    private static func pythonName(_ type: String) -> String {
        switch type {
        case "Int", "Int8", "Int16", "Int32", "Int64", "UInt", "UInt8", "UInt16", "UInt32", "UInt64": "int"
        case "Double", "Float": "float"
        case "String": "str"
        case "Bool": "bool"
        default: type
        }
    }

    /// What a type and a value that do not fit are told.
    static func mismatch(_ type: String, _ value: PyroValue) -> PyroDataError {
        let shown =
            switch value {
            case .none: "None"
            case .bool, .int, .float: "\(value.typeName) \(value)"
            case .string(let text): "str \(quoted(text))"
            default: value.typeName
            }
        return PyroDataError(.mismatch, "expected \(pythonName(type)), found \(shown)")
    }
}
