/// A terminal on which one line is being typed while others appear above it: keys and lines in, what to write out.
///
/// The screen holds the last lines, so that it can be drawn anew after a change of size, when nobody knows what the
/// terminal made of what stood there.
package struct ChatScreen {
    /// Most lines that can be drawn anew.
    package static let maximumLines = 200
    private static let bell = "\u{07}"

    /// What stands before the line that is being typed.
    package var prompt: String
    package private(set) var editor = LineEditor()
    private var display: LineDisplay
    private var lines: [String] = []

    package init(prompt: String, columns: Int, rows: Int) {
        self.prompt = prompt
        display = LineDisplay(columns: columns, rows: rows)
    }

    /// The line again, after the prompt has changed or for the first time.
    package mutating func refresh() -> String {
        display.erase() + drawn()
    }

    /// Shows a line above the one being typed. It must hold no control characters.
    package mutating func show(_ line: String) -> String {
        lines.append(line)
        if lines.count > Self.maximumLines { lines.removeFirst() }
        return display.erase() + line + "\r\n" + drawn()
    }

    /// Takes a key.
    package mutating func take(_ key: Key) -> (outcome: LineEditor.Outcome, bytes: String) {
        let outcome = editor.take(key)
        switch outcome {
        case .full: return (outcome, Self.bell)
        case .redraw: return (outcome, redraw())
        case .edited, .submit, .leave: return (outcome, refresh())
        }
    }

    /// The line has been taken: the next one begins.
    package mutating func clear() -> String {
        editor.clear()
        return refresh()
    }

    /// The terminal has another size now.
    package mutating func resize(columns: Int, rows: Int) -> String {
        display = LineDisplay(columns: columns, rows: rows)
        return redraw()
    }

    /// Takes the line away for good.
    package mutating func end() -> String {
        display.erase()
    }

    private mutating func redraw() -> String {
        var room = display.rows - display.height(of: prompt + editor.text)
        let shown = lines.reversed().prefix { line in
            room -= display.height(of: line)
            return room >= 0
        }
        display = LineDisplay(columns: display.columns, rows: display.rows)
        return "\u{1B}[H\u{1B}[J" + shown.reversed().map { $0 + "\r\n" }.joined() + drawn()
    }

    private mutating func drawn() -> String {
        display.draw(prompt: prompt, before: editor.before, after: editor.after)
    }
}
