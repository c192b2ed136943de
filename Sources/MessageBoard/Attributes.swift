/// A message's short named strings (title, priority, tags, content type, ...), bounded in number and in bytes.
public struct Attributes: Sendable, Hashable {
    /// Most entries that one message may carry.
    public static let maximumCount = 32
    /// Most UTF-8 bytes of one name, and at least one.
    public static let maximumNameBytes = 64
    /// Most UTF-8 bytes of one value.
    public static let maximumValueBytes = 2_048
    /// Most UTF-8 bytes of all names and values together.
    public static let maximumTotalBytes = 8_192

    /// The entries by name.
    public let values: [String: String]

    /// No entries.
    public static let none = Attributes(unchecked: [:])

    /// Takes the entries, or throws ``BoardError/tooBig(_:bytes:limit:)`` for the first bound that is passed
    /// (an empty name counts as one).
    public init(_ values: [String: String]) throws(BoardError) {
        try Self.check("attributes (count)", values.count, Self.maximumCount)
        var total = 0
        for (name, value) in values {
            try Self.check("an attribute's name", name.isEmpty ? .max : name.utf8.count, Self.maximumNameBytes)
            try Self.check("an attribute's value", value.utf8.count, Self.maximumValueBytes)
            total += name.utf8.count + value.utf8.count
        }
        try Self.check("the attributes together", total, Self.maximumTotalBytes)
        self.values = values
    }

    private init(unchecked values: [String: String]) {
        self.values = values
    }

    /// Whether there are none.
    public var isEmpty: Bool { values.isEmpty }

    private static func check(_ what: String, _ size: Int, _ limit: Int) throws(BoardError) {
        guard size <= limit else { throw .tooBig(what, bytes: size, limit: limit) }
    }
}
