/// As much of a terminal as ``ChatScreen`` needs: what a person would see after it has written.
///
/// It knows `\r`, `\n`, `\a`, cursor up, cursor home, erasing to the end, automatic margins on and off, and characters of two cells.
struct SmallTerminal {
    let columns: Int
    /// All rows since the beginning, also those that have moved out of sight; a cell of two has an empty one after it.
    private var rows: [[String]] = [[]]
    private(set) var row = 0
    private(set) var column = 0
    private var hasMargins = true
    private let height: Int

    init(columns: Int, rows: Int) {
        self.columns = columns
        height = rows
    }

    /// Everything that was shown, a string a row, without empty rows at the end.
    var text: [String] {
        var lines = rows.map { $0.joined() }
        while lines.last == "" { lines.removeLast() }
        return lines
    }

    /// The first row in sight.
    private var top: Int { max(0, rows.count - height) }

    mutating func write(_ text: String) {
        var rest = Substring(text)
        while let first = rest.first {
            if first == "\u{1B}" {
                let end = rest.dropFirst(2).firstIndex { $0.isLetter }!
                carryOut(String(rest[...end].dropFirst(2)))
                rest = rest[rest.index(after: end)...]
            } else {
                rest.removeFirst()
                put(first)
            }
        }
    }

    private mutating func carryOut(_ sequence: String) {
        switch sequence {
        case "J":
            rows.removeLast(rows.count - 1 - row)
            rows[row].removeLast(max(0, rows[row].count - column))
        case "H": (row, column) = (top, 0)
        case "?7l": hasMargins = false
        case "?7h": hasMargins = true
        case let up where up.hasSuffix("A"): row = max(top, row - Int(up.dropLast())!)
        default: fatalError("a sequence that this terminal does not know: \(sequence)")
        }
    }

    private mutating func put(_ character: Character) {
        switch character {
        case "\r\n":
            column = 0
            newRow()
        case "\r": column = 0
        case "\n": newRow()
        case "\u{07}": break
        default:
            let width = "日本語👋".contains(character) ? 2 : 1
            if column + width > columns {
                if hasMargins {
                    column = 0
                    newRow()
                } else {
                    column = columns - width
                }
            }
            while rows[row].count < column + width { rows[row].append(" ") }
            rows[row][column] = String(character)
            if width == 2 { rows[row][column + 1] = "" }
            column += width
        }
    }

    private mutating func newRow() {
        row += 1
        if row == rows.count { rows.append([]) }
    }
}
