/// A call's failure, as it travels: a number and words for a person (XML-RPC specification, "Fault example").
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

    /// The struct of two members as which it travels.
    public var xmlrpcValue: XMLRPCValue {
        .struct(["faultCode": .int(Int64(code)), "faultString": .string(string)])
    }

    /// Reads such a struct; `nil` when the value is not a struct of exactly an int `faultCode` of 32 bits and a string `faultString`.
    public init?(xmlrpcValue value: XMLRPCValue) {
        guard case .struct(let members) = value, members.count == 2, case .int(let wide) = members["faultCode"],
            let code = Int32(exactly: wide), case .string(let string) = members["faultString"]
        else { return nil }
        self.init(code: code, string: string)
    }
}

/// The numbers of faults that are not the application's ("Specification for Fault Code Interoperability", version 20010516).
extension XMLRPCFault {
    /// -32700: the document is not well-formed XML.
    public static func notWellFormed(_ reason: String) -> Self {
        .init(code: -32700, string: "not well formed: \(reason)")
    }

    /// -32701: the document is in an encoding that is not read here.
    public static func unsupportedEncoding(_ name: String) -> Self {
        .init(code: -32701, string: "unsupported encoding: \(name)")
    }

    /// -32702: the document holds bytes that its encoding does not have.
    public static func invalidCharacter(_ reason: String) -> Self {
        .init(code: -32702, string: "invalid character for encoding: \(reason)")
    }

    /// -32600: well-formed XML, but no XML-RPC, or past a limit.
    public static func invalidRequest(_ reason: String) -> Self {
        .init(code: -32600, string: "invalid XML-RPC: \(reason)")
    }

    /// -32601: no such method.
    public static func methodNotFound(_ name: String) -> Self {
        .init(code: -32601, string: "method not found: \(name)")
    }

    /// -32602: the parameters are not those of the method, or a value is not of its type.
    public static func invalidParameters(_ reason: String) -> Self {
        .init(code: -32602, string: "invalid parameters: \(reason)")
    }

    /// -32603: the server's own mistake.
    public static func internalError(_ reason: String) -> Self {
        .init(code: -32603, string: "internal error: \(reason)")
    }

    /// -32500: the application failed, and has no number of its own for it.
    public static func applicationError(_ reason: String) -> Self {
        .init(code: -32500, string: "application error: \(reason)")
    }

    /// -32400: the system beneath the application failed.
    public static func systemError(_ reason: String) -> Self { .init(code: -32400, string: "system error: \(reason)") }

    /// -32300: the transport failed.
    public static func transportError(_ reason: String) -> Self {
        .init(code: -32300, string: "transport error: \(reason)")
    }
}
