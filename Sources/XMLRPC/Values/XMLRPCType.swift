/// The name of a type as signatures show it (xmlrpc-c's introspection, version 1: `system.methodSignature`).
public enum XMLRPCType: String, Sendable, Hashable, CaseIterable {
    /// 32 bits, signed.
    case int
    /// 64 bits, signed; an extension.
    case i8
    /// True or false.
    case boolean
    /// Text.
    case string
    /// A binary64 number.
    case double
    /// A point in the calendar.
    case dateTime = "dateTime.iso8601"
    /// Bytes.
    case base64
    /// Values in order.
    case array
    /// Values by names.
    case `struct`
    /// Nothing; an extension.
    case `nil`
    /// Any type at all: the introspection's word for what it does not know.
    case any = "undef"
}

extension XMLRPCValue {
    /// The name of this value's type; a whole number that fits 32 bits is an ``XMLRPCType/int``, else an ``XMLRPCType/i8``.
    public var type: XMLRPCType {
        switch self {
        case .int(let number): Int32(exactly: number) == nil ? .i8 : .int
        case .boolean: .boolean
        case .string: .string
        case .double: .double
        case .dateTime: .dateTime
        case .base64: .base64
        case .array: .array
        case .struct: .struct
        case .nil: .nil
        }
    }
}
