/// A line that is being typed: what stands before and after the cursor, and the lines sent before.
///
/// The unit of moving and erasing is what a person calls a character, however many bytes it has.
package struct LineEditor {
    /// Most bytes of a line: 64 KiB. What does not fit is not taken.
    package static let maximumBytes = 64 << 10
    /// Most lines in the history; the oldest goes first.
    package static let maximumHistory = 200

    /// What a key asks of whoever holds the editor.
    package enum Outcome: Hashable {
        /// Nothing beyond showing the line.
        case edited
        /// The line is to be sent. It stays until ``clear()``.
        case submit(String)
        /// Nothing more is going to be typed.
        case leave
        /// The screen is to be drawn anew.
        case redraw
        /// There was no room for it.
        case full
    }

    package private(set) var before = ""
    package private(set) var after = ""
    private var history: [String] = []
    /// The place in the history that is shown; its count when it is a new line.
    private var place = 0
    /// The new line, while a line of the history is shown.
    private var draft = ""

    package init() {}

    package var text: String { before + after }

    /// Takes a key.
    package mutating func take(_ key: Key) -> Outcome {
        switch key {
        case .text(let text), .paste(let text): return insert(text)
        case .enter: return text.isEmpty ? .edited : .submit(text)
        case .left: if let last = before.popLast() { after = String(last) + after }
        case .right: if !after.isEmpty { before.append(after.removeFirst()) }
        case .home: move(before)
        case .end:
            before += after
            after = ""
        case .up: show(place - 1)
        case .down: show(place + 1)
        case .wordLeft: move(lastWord)
        case .wordRight:
            let word = after.prefix { $0.isWhitespace } + after.drop { $0.isWhitespace }.prefix { !$0.isWhitespace }
            before += word
            after.removeFirst(word.count)
        case .backspace: _ = before.popLast()
        case .delete: if !after.isEmpty { after.removeFirst() }
        case .killBefore: before = ""
        case .killAfter: after = ""
        case .killWord: before.removeLast(lastWord.count)
        case .interrupt:
            if text.isEmpty { return .leave }
            replace("")
            place = history.count
        case .leave: return .leave
        case .redraw: return .redraw
        }
        return .edited
    }

    /// The line has been taken: it goes into the history, and the next one begins.
    package mutating func clear() {
        if history.last != text { history.append(text) }
        if history.count > Self.maximumHistory { history.removeFirst() }
        replace("")
        place = history.count
    }

    private mutating func insert(_ text: String) -> Outcome {
        guard before.utf8.count + after.utf8.count + text.utf8.count <= Self.maximumBytes else { return .full }
        before += text
        return .edited
    }

    /// What stands before the cursor from the beginning of its last word.
    private var lastWord: String {
        let words = before.reversed().drop { $0.isWhitespace }
        return String(before.dropFirst(words.drop { !$0.isWhitespace }.count))
    }

    /// Moves the cursor to before these characters, which stand right before it.
    private mutating func move(_ characters: String) {
        before.removeLast(characters.count)
        after = characters + after
    }

    private mutating func show(_ wanted: Int) {
        guard (0...history.count).contains(wanted), wanted != place else { return }
        if place == history.count { draft = text }
        place = wanted
        replace(wanted == history.count ? draft : history[wanted])
    }

    private mutating func replace(_ text: String) {
        before = text
        after = ""
    }
}
