/// What the lines of a chat, which have no numbers, tell of what was seen before: our own posts come back among all others, and
/// after a broken connection the chat gives out all that it has.
package struct TalkLines {
    /// Most own posts that are waited for.
    package static let maximumOwn = 1_000

    private let name: String
    private var own: [String] = []
    private var newest: String?
    private var isNew = true

    package init(name: String) {
        self.name = name
    }

    /// This is going to be posted.
    package mutating func posting(_ text: String) {
        if own.count == Self.maximumOwn { own.removeFirst() }
        own.append(line(text))
    }

    /// It was not.
    package mutating func notPosted(_ text: String) {
        if let place = own.lastIndex(of: line(text)) { own.remove(at: place) }
    }

    /// A line has come: whether somebody else has said it.
    package mutating func isOthers(_ line: String) -> Bool {
        newest = line
        guard let place = own.firstIndex(of: line) else { return true }
        own.remove(at: place)
        return false
    }

    /// There is a connection, and these are all lines of before: those that have to be shown now. The first time they are the last
    /// `count`; later those after the newest that was seen, of which the same text said again meanwhile hides some.
    package mutating func connected(_ all: [String], showing count: Int) -> [String] {
        defer {
            newest = all.last ?? newest
            isNew = false
        }
        if isNew { return all.suffix(count) }
        guard let newest else { return all }
        guard let place = all.lastIndex(of: newest) else { return [] }
        return Array(all[(place + 1)...])
    }

    /// As the chat writes a post.
    private func line(_ text: String) -> String { "From \(name) : \(text)" }
}
