/// Draws a line that is being typed on a terminal, over as many rows as it needs, and takes it away again.
///
/// Rows are broken here and never by the terminal (its automatic margins are off while a line is drawn), and the cursor is
/// placed by writing what stands before it once more. So the number of rows is known, and the cursor right, even on a
/// terminal that sees a character as wider or narrower than ``CellWidth`` does.
struct LineDisplay {
    private static let marginsOff = "\u{1B}[?7l"
    private static let marginsOn = "\u{1B}[?7h"

    private(set) var columns: Int
    private(set) var rows: Int
    /// The drawn row that the cursor is in, from 0.
    private var cursorRow = 0

    /// - Parameters: the size of the terminal; nothing is drawn yet.
    init(columns: Int, rows: Int) {
        self.columns = max(columns, 2)
        self.rows = max(rows, 1)
    }

    /// Takes the drawn line away; the cursor is where its first row began.
    mutating func erase() -> String {
        defer { cursorRow = 0 }
        return Self.up(cursorRow) + "\r\u{1B}[J"
    }

    /// Draws a line from the beginning of the cursor's row on, where nothing may stand.
    mutating func draw(prompt: String, before: String, after: String) -> String {
        let (rows, cursor) = layout(prompt: prompt, before: before, after: after)
        // Of a line that is taller than the terminal, the rows around the cursor.
        let first = max(0, min(cursor.row - self.rows / 2, rows.count - self.rows))
        let shown = rows[first...].prefix(self.rows)
        cursorRow = cursor.row - first
        return Self.marginsOff + shown.joined(separator: "\r\n")
            + Self.up(shown.count - 1 - cursorRow) + "\r" + cursor.left + Self.marginsOn
    }

    /// How many rows a text takes when the terminal breaks it.
    func height(of text: String) -> Int {
        max(1, (CellWidth.of(text) + columns - 1) / columns)
    }

    private struct Cursor {
        var row = 0
        /// What stands before it in its row.
        var left = ""
    }

    private func layout(prompt: String, before: String, after: String) -> ([String], Cursor) {
        var rows = [""]
        var used = 0
        func append(_ text: String) {
            for character in text {
                let cell = harmless(String(character))
                let width = CellWidth.of(cell)
                if used + width > columns {
                    rows.append("")
                    used = 0
                }
                rows[rows.count - 1] += cell
                used += width
            }
        }
        append(prompt)
        append(before)
        if used >= columns {
            rows.append("")
            used = 0
        }
        let cursor = Cursor(row: rows.count - 1, left: rows[rows.count - 1])
        append(after)
        return (rows, cursor)
    }

    private static func up(_ rows: Int) -> String {
        rows > 0 ? "\u{1B}[\(rows)A" : ""
    }
}
