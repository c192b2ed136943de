/// A value that a call or an answer carries (XML-RPC specification, "Scalar values", "structs", "arrays").
public enum XMLRPCValue: Sendable, Hashable {
    /// `<int>`, `<i4>`, and the extensions `<i1>`, `<i2>`, `<i8>`. Written as `<int>` when it fits 32 bits, else as `<i8>`.
    case int(Int64)
    /// `<boolean>`.
    case boolean(Bool)
    /// `<string>`, or text without a type.
    case string(String)
    /// `<double>`; never infinite or not a number, which cannot be written.
    case double(Double)
    /// `<dateTime.iso8601>`.
    case dateTime(XMLRPCDateTime)
    /// `<base64>`: any bytes.
    case base64([UInt8])
    /// `<array>`; elements may differ in type.
    case array([XMLRPCValue])
    /// `<struct>`: members by their names, in no order.
    case `struct`([String: XMLRPCValue])
    /// `<nil/>`, an extension.
    case `nil`
}
