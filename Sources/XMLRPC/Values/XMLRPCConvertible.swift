/// A Swift type that travels as an XML-RPC value: the parameters and results of methods are made of these, and a method's
/// signature is told from their ``xmlrpcType``.
public protocol XMLRPCConvertible: Sendable {
    /// The type that signatures show.
    static var xmlrpcType: XMLRPCType { get }
    /// - Throws: fault -32602 when the value is of another type or out of range.
    init(xmlrpcValue: XMLRPCValue) throws(XMLRPCFault)
    /// The value that travels.
    var xmlrpcValue: XMLRPCValue { get }
}

extension XMLRPCFault {
    /// -32602 in the words of every conversion: what was wanted and what came.
    static func mismatch(wanted: XMLRPCType, got value: XMLRPCValue) -> Self {
        .invalidParameters("expected \(wanted.rawValue), got \(value.type.rawValue)")
    }
}

extension XMLRPCValue: XMLRPCConvertible {
    /// Any type.
    public static var xmlrpcType: XMLRPCType { .any }
    /// Takes any value.
    public init(xmlrpcValue value: XMLRPCValue) { self = value }
    /// Itself.
    public var xmlrpcValue: XMLRPCValue { self }
}

extension Int: XMLRPCConvertible {
    /// `int`: the name that every peer knows; numbers beyond 32 bits travel as `i8` all the same.
    public static var xmlrpcType: XMLRPCType { .int }

    /// Takes whole numbers.
    public init(xmlrpcValue value: XMLRPCValue) throws(XMLRPCFault) {
        guard case .int(let number) = value else { throw .mismatch(wanted: .int, got: value) }
        self.init(number)
    }

    /// A whole number.
    public var xmlrpcValue: XMLRPCValue { .int(Int64(self)) }
}

extension Int64: XMLRPCConvertible {
    /// `i8`.
    public static var xmlrpcType: XMLRPCType { .i8 }

    /// Takes whole numbers.
    public init(xmlrpcValue value: XMLRPCValue) throws(XMLRPCFault) {
        guard case .int(let number) = value else { throw .mismatch(wanted: .i8, got: value) }
        self = number
    }

    /// A whole number.
    public var xmlrpcValue: XMLRPCValue { .int(self) }
}

extension Int32: XMLRPCConvertible {
    /// `int`.
    public static var xmlrpcType: XMLRPCType { .int }

    /// Takes whole numbers of 32 bits.
    public init(xmlrpcValue value: XMLRPCValue) throws(XMLRPCFault) {
        guard case .int(let number) = value else { throw .mismatch(wanted: .int, got: value) }
        guard let narrow = Int32(exactly: number) else { throw .invalidParameters("\(number) does not fit 32 bits") }
        self = narrow
    }

    /// A whole number.
    public var xmlrpcValue: XMLRPCValue { .int(Int64(self)) }
}

extension Bool: XMLRPCConvertible {
    /// `boolean`.
    public static var xmlrpcType: XMLRPCType { .boolean }

    /// Takes booleans, and no numbers.
    public init(xmlrpcValue value: XMLRPCValue) throws(XMLRPCFault) {
        guard case .boolean(let bool) = value else { throw .mismatch(wanted: .boolean, got: value) }
        self = bool
    }

    /// A boolean.
    public var xmlrpcValue: XMLRPCValue { .boolean(self) }
}

extension String: XMLRPCConvertible {
    /// `string`.
    public static var xmlrpcType: XMLRPCType { .string }

    /// Takes strings.
    public init(xmlrpcValue value: XMLRPCValue) throws(XMLRPCFault) {
        guard case .string(let string) = value else { throw .mismatch(wanted: .string, got: value) }
        self = string
    }

    /// A string.
    public var xmlrpcValue: XMLRPCValue { .string(self) }
}

extension Double: XMLRPCConvertible {
    /// `double`.
    public static var xmlrpcType: XMLRPCType { .double }

    /// Takes doubles, and whole numbers, rounded if they must be: many languages write 1.0 as 1.
    public init(xmlrpcValue value: XMLRPCValue) throws(XMLRPCFault) {
        switch value {
        case .double(let double): self = double
        case .int(let number): self = Double(number)
        default: throw .mismatch(wanted: .double, got: value)
        }
    }

    /// A double.
    public var xmlrpcValue: XMLRPCValue { .double(self) }
}

extension XMLRPCDateTime: XMLRPCConvertible {
    /// `dateTime.iso8601`.
    public static var xmlrpcType: XMLRPCType { .dateTime }

    /// Takes dates.
    public init(xmlrpcValue value: XMLRPCValue) throws(XMLRPCFault) {
        guard case .dateTime(let date) = value else { throw .mismatch(wanted: .dateTime, got: value) }
        self = date
    }

    /// A date.
    public var xmlrpcValue: XMLRPCValue { .dateTime(self) }
}

/// Bytes that travel as `base64`: a type of its own, since `[UInt8]` would be an array of numbers.
public struct XMLRPCBytes: Sendable, Hashable, XMLRPCConvertible {
    /// The bytes themselves, not their base64.
    public var bytes: [UInt8]

    /// These bytes.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// `base64`.
    public static var xmlrpcType: XMLRPCType { .base64 }

    /// Takes base64.
    public init(xmlrpcValue value: XMLRPCValue) throws(XMLRPCFault) {
        guard case .base64(let bytes) = value else { throw .mismatch(wanted: .base64, got: value) }
        self.bytes = bytes
    }

    /// Base64.
    public var xmlrpcValue: XMLRPCValue { .base64(bytes) }
}
