/// The name of a board: 1 to 64 of the characters `A-Z a-z 0-9 . _ -`.
public struct BoardName: Sendable, Hashable, CustomStringConvertible {
    /// Most characters (which are bytes here) that a name may have.
    public static let maximumLength = 64

    /// The board that is meant when nobody names one.
    public static let `public` = BoardName(unchecked: "public")

    /// The name as text.
    public let text: String

    /// Takes a name, or gives `nil` when it is empty, too long or holds any other character.
    public init?(_ text: String) {
        guard (1...Self.maximumLength).contains(text.utf8.count), text.utf8.allSatisfy(Self.allows) else { return nil }
        self.text = text
    }

    private init(unchecked text: String) {
        self.text = text
    }

    /// The name.
    public var description: String { text }

    static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
