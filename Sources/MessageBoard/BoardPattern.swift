/// Which boards are meant: one by its name, or all whose names match, where `*` stands for any run of characters, also
/// none (`*`, `news.*`, `*-eu-*`).
public struct BoardPattern: Sendable, Hashable, CustomStringConvertible {
    /// Most characters (which are bytes here) that a pattern may have.
    public static let maximumLength = 64

    /// Every board.
    public static let all = BoardPattern(text: "*", board: nil)

    /// The pattern as text.
    public let text: String
    /// The one board that is meant; `nil` when there is a `*`.
    public let board: BoardName?

    /// The pattern that means this one board.
    public init(_ board: BoardName) {
        self.init(text: board.text, board: board)
    }

    /// Takes a pattern, or gives `nil` when it is empty, too long, or holds a character that is neither `*` nor allowed in
    /// a ``BoardName``.
    public init?(_ text: String) {
        if let board = BoardName(text) {
            self.init(board)
        } else {
            let star = UInt8(ascii: "*")
            guard (1...Self.maximumLength).contains(text.utf8.count),
                text.utf8.allSatisfy({ $0 == star || BoardName.allows($0) })
            else { return nil }
            // One board may not be known by several names to who compares patterns: every run of stars is one star.
            var shortest = ""
            for character in text where !(character == "*" && shortest.last == "*") { shortest.append(character) }
            self.init(text: shortest, board: nil)
        }
    }

    private init(text: String, board: BoardName?) {
        self.text = text
        self.board = board
    }

    /// Whether every board is meant.
    public var isAll: Bool { board == nil && text == "*" }

    /// The pattern as text.
    public var description: String { text }

    /// Whether this board is meant.
    public func matches(_ name: BoardName) -> Bool {
        if let board { return board == name }
        return isAll || Self.matches(text.utf8, name.text.utf8)
    }

    /// Goes along both, and on a mismatch lets the last `*` take one more character: at most the product of their lengths.
    private static func matches(_ pattern: String.UTF8View, _ name: String.UTF8View) -> Bool {
        var at = pattern.startIndex
        var place = name.startIndex
        var retry: (at: String.Index, place: String.Index)?
        while place < name.endIndex {
            if at < pattern.endIndex, pattern[at] == UInt8(ascii: "*") {
                at = pattern.index(after: at)
                retry = (at, place)
            } else if at < pattern.endIndex, pattern[at] == name[place] {
                at = pattern.index(after: at)
                place = name.index(after: place)
            } else if let last = retry {
                at = last.at
                place = name.index(after: last.place)
                retry = (at, place)
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
