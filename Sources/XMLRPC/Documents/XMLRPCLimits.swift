/// What a document that is read may cost at most; more is refused at once, with fault -32600 and the limit's name.
public struct XMLRPCLimits: Sendable, Hashable {
    /// Bytes of a whole document, in whatever encoding.
    public var documentBytes = 64 << 20
    /// Values within each other: 1 is a string alone, 2 an array of strings. Whoever raises it over some hundreds pays with
    /// the stack, when values are read and when they are released.
    public var depth = 64
    /// Values in a document, those within arrays and structs among them.
    public var values = 1 << 18
    /// Bytes of a method's name.
    public var methodNameBytes = 256
    /// Attributes of one element. XML-RPC has none; namespaces are declared by them.
    public var attributes = 16

    /// The limits above.
    public init() {}
}
