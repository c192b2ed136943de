/// What a document that is read may cost at most; more is refused at once, with fault -32600 and the limit's name.
public struct XMLRPCLimits: Sendable, Hashable {
    /// Bytes of a whole document, in whatever encoding.
    public var documentBytes = 64 << 20
    /// Values within each other: 1 is a string alone, 2 an array of strings.
    public var depth = 64
    /// Values in a document, those within arrays and structs among them.
    public var values = 100_000
    /// Bytes of a method's name.
    public var methodNameBytes = 256
    /// Bytes of one start tag, its attributes among them.
    public var tagBytes = 1024

    /// The limits above.
    public init() {}
}
