internal import Base64
internal import FoundationEssentials

/// Types that are made of a value without containers to read from.
protocol DirectlyDecoded {
    init(_ value: PyroValue, _ coder: PyroValueDecoder) throws
}

extension DirectlyDecoded where Self: FixedWidthInteger {
    init(_ value: PyroValue, _ coder: PyroValueDecoder) throws {
        let number: Self? =
            switch value {
            case .int(let number): Self(exactly: number)
            case .bigInt(let digits): Self(digits)
            case .float(let number): Self(exactly: number)
            default: nil
            }
        guard let number else {
            let isNumber =
                switch value {
                case .int, .bigInt, .float: true
                default: false
                }
            throw isNumber
                ? PyroDataError(.mismatch, "expected \(Self.self), found \(value), which it does not hold")
                : PyroDataError.mismatch("\(Self.self)", value)
        }
        self = number
    }
}

extension Int: DirectlyDecoded {}
extension Int8: DirectlyDecoded {}
extension Int16: DirectlyDecoded {}
extension Int32: DirectlyDecoded {}
extension Int64: DirectlyDecoded {}
extension Int128: DirectlyDecoded {}
extension UInt: DirectlyDecoded {}
extension UInt8: DirectlyDecoded {}
extension UInt16: DirectlyDecoded {}
extension UInt32: DirectlyDecoded {}
extension UInt64: DirectlyDecoded {}
extension UInt128: DirectlyDecoded {}

extension String: DirectlyDecoded {
    init(_ value: PyroValue, _ coder: PyroValueDecoder) throws {
        guard case .string(let text) = value else { throw PyroDataError.mismatch("str", value) }
        self = text
    }
}

extension Bool: DirectlyDecoded {
    init(_ value: PyroValue, _ coder: PyroValueDecoder) throws {
        guard case .bool(let flag) = value else { throw PyroDataError.mismatch("bool", value) }
        self = flag
    }
}

extension Double: DirectlyDecoded {
    init(_ value: PyroValue, _ coder: PyroValueDecoder) throws {
        switch value {
        case .float(let number): self = number
        case .int(let number): self = Double(number)
        case .bigInt(let digits): self = Double(digits) ?? .infinity
        default: throw PyroDataError.mismatch("float", value)
        }
    }
}

extension Float: DirectlyDecoded {
    init(_ value: PyroValue, _ coder: PyroValueDecoder) throws { self = Float(try Double(value, coder)) }
}

extension Duration: DirectlyDecoded {
    init(_ value: PyroValue, _ coder: PyroValueDecoder) throws {
        let seconds = try Double(value, coder)
        guard abs(seconds) < 1e18 else { throw PyroDataError.mismatch("a number of seconds", value) }
        self = .seconds(seconds)
    }
}

extension Data: DirectlyDecoded {
    init(_ value: PyroValue, _ coder: PyroValueDecoder) throws { self.init(try [UInt8](bytesOf: value)) }
}

extension Date: DirectlyDecoded {
    init(_ value: PyroValue, _ coder: PyroValueDecoder) throws {
        switch value {
        case .string(let text):
            guard let seconds = ISODate.secondsSince1970(text) else {
                throw PyroDataError.mismatch("a date in ISO form", value)
            }
            self.init(timeIntervalSince1970: seconds)
        case .float, .int: self.init(timeIntervalSince1970: try Double(value, coder))
        default: throw PyroDataError.mismatch("a date in ISO form", value)
        }
    }
}

extension Optional: DirectlyDecoded where Wrapped: Decodable {
    init(_ value: PyroValue, _ coder: PyroValueDecoder) throws {
        self = value == .none ? nil : .some(try coder.decode(Wrapped.self, from: value))
    }
}

extension Array: DirectlyDecoded where Element: Decodable {
    init(_ value: PyroValue, _ coder: PyroValueDecoder) throws {
        if Element.self == UInt8.self, value.asItems == nil {
            self = unsafeBitCast(try [UInt8](bytesOf: value), to: [Element].self)
        } else {
            self = try elements(Element.self, of: value, coder)
        }
    }
}

extension Set: DirectlyDecoded where Element: Decodable {
    init(_ value: PyroValue, _ coder: PyroValueDecoder) throws {
        self.init(try elements(Element.self, of: value, coder))
    }
}

extension Dictionary: DirectlyDecoded where Key: Decodable, Value: Decodable {
    init(_ value: PyroValue, _ coder: PyroValueDecoder) throws {
        guard case .dict(let entries) = value else { throw PyroDataError.mismatch("dict", value) }
        self.init(minimumCapacity: entries.count)
        for entry in entries {
            do {
                self[try Self.key(entry.key, coder)] = try coder.decode(Value.self, from: entry.value)
            } catch {
                throw relocated(error, under: "[\(entry.key)]")
            }
        }
    }

    /// json has texts for keys: where a whole number is wanted, its digits are taken.
    private static func key(_ value: PyroValue, _ coder: PyroValueDecoder) throws -> Key {
        if case .string(let text) = value, Key.self is any FixedWidthInteger.Type, let number = Int(text) {
            return try coder.decode(Key.self, from: .int(number))
        }
        return try coder.decode(Key.self, from: value)
    }
}

private func elements<T: Decodable>(
    _ type: T.Type, of value: PyroValue, _ coder: PyroValueDecoder
) throws -> [T] {
    guard let items = value.asItems else { throw PyroDataError.mismatch("list", value) }
    var elements: [T] = []
    elements.reserveCapacity(items.count)
    for item in items {
        do {
            elements.append(try coder.decode(type, from: item))
        } catch {
            throw relocated(error, under: "[\(elements.count)]")
        }
    }
    return elements
}

extension [UInt8] {
    /// The bytes of a value that has them in any form.
    fileprivate init(bytesOf value: PyroValue) throws {
        guard let bytes = value.asBytes else { throw PyroDataError.mismatch("bytes", value) }
        self = bytes
    }
}

extension PyroValue {
    /// The bytes of a `bytes`, of `{'data': base64, 'encoding': 'base64'}` as Python's serpent writes them, or of a list of
    /// numbers from 0 to 255.
    public var asBytes: [UInt8]? {
        switch self {
        case .bytes(let bytes): return bytes
        case .dict:
            guard case .string("base64")? = self["encoding"], case .string(let data)? = self["data"] else { return nil }
            return Base64.decode(Array(data.utf8)[...], .whitespaceAllowed)
        case .list(let items), .tuple(let items):
            var bytes: [UInt8] = []
            bytes.reserveCapacity(items.count)
            for item in items {
                guard case .int(let number) = item, let byte = UInt8(exactly: number) else { return nil }
                bytes.append(byte)
            }
            return bytes
        default: return nil
        }
    }
}
