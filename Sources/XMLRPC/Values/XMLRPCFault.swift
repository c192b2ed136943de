/// A call's failure, as it travels: a number and words for a person.
public struct XMLRPCFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// Applications take numbers outside of -32768 to -32000.
    public var code: Int32
    /// In words for a person.
    public var string: String

    /// A fault with these parts.
    public init(code: Int32, string: String) {
        self.code = code
        self.string = string
    }

    /// In words for a person.
    public var description: String { "fault \(code): \(string)" }
}

/// The numbers of faults that are not the application's ("Specification for Fault Code Interoperability", 2001-05-16).
extension XMLRPCFault {
    public static func notWellFormed(_ reason: String) -> Self { .init(code: -32700, string: "not well formed: \(reason)") }
}
