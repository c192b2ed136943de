/// The time-lines of a record, for a terminal: one row a client, and the time below.
///
///     Client-1  ########
///     Client-2  ........########
///     Client-3  ...............x
///               0 s            10 s
///
/// `.` waiting, `#` served, `x` gave up, `-` refused, `~` a misfit.
package struct TimelineDrawing {
    /// Clients that are drawn; of the others, how many there are is said.
    package static let rows = 50
    private static let leastColumns = 20

    package private(set) var lines: [String] = []
    private let record: SimulationRecord
    private let colours: Bool
    private let width: Int
    private let margin: Int

    /// Draws a record.
    ///
    /// - Parameter columns: the terminal's width; a drawing is never wider, unless the names alone are.
    package init(_ record: SimulationRecord, columns: Int, colours: Bool) {
        let drawn = record.clients.prefix(Self.rows)
        self.record = record
        self.colours = colours
        margin = (drawn.map(\.name.count).max() ?? 0) + 2
        width = max(Self.leastColumns, columns - margin)
        lines = drawn.map(row)
        let all = record.load.clients + record.load.misfits.count
        if drawn.count < all { lines.append("... and \(all - drawn.count) more") }
        if !drawn.isEmpty { lines.append(axis) }
    }

    /// The time of the right edge.
    private var end: Double {
        max(record.clients.map(\.left).max() ?? 0, 1e-6)
    }

    private func column(_ time: Double) -> Int {
        min(width - 1, max(0, Int(time / end * Double(width))))
    }

    private func row(_ client: SimulationRecord.Client) -> String {
        let (from, to) = (column(client.arrived), column(client.left))
        // A moment of service is seen as one, however short.
        let served = client.served.map { min(column($0), to) }
        var row = Self.pad(client.name, margin) + String(repeating: " ", count: from)
        switch client.outcome {
        case .misfit: row += paint("~", to - from + 1, .misfit)
        case .served:
            let begin = served ?? to
            row += paint(".", begin - from, .waiting) + paint("#", to - begin + 1, .served)
        case .gaveUp, .refused:
            let begin = served ?? to
            row += paint(".", begin - from, .waiting) + paint("#", to - begin, .served)
            row += client.outcome == .gaveUp ? paint("x", 1, .gaveUp) : paint("-", 1, .refused)
        }
        return row
    }

    /// Where the time begins, its middle, and its end.
    private var axis: String {
        let (middle, last) = (Self.time(end / 2), Self.time(end))
        let first = Self.pad(Self.time(0), max(0, width / 2))
        let gap = width - first.count - middle.count - last.count
        guard gap > 0 else { return Self.pad("", margin) + first + last }
        return Self.pad("", margin) + first + middle + String(repeating: " ", count: gap) + last
    }

    /// `15 s`, `1.5 s`, `300 ms`, `0.12 ms`: three digits are enough to read off.
    package static func time(_ seconds: Double) -> String {
        guard seconds > 0 else { return "0 s" }
        return seconds < 1 ? "\(short(seconds * 1_000)) ms" : "\(short(seconds)) s"
    }

    private static func short(_ value: Double) -> String {
        let places = value < 1 ? 100.0 : value < 10 ? 10 : 1
        let rounded = (value * places).rounded() / places
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    // MARK: Colours

    private enum Colour: Int {
        case waiting = 33
        case served = 32
        case gaveUp = 31
        case refused = 35
        case misfit = 90
    }

    private func paint(_ sign: Character, _ count: Int, _ colour: Colour) -> String {
        guard count > 0 else { return "" }
        let signs = String(repeating: sign, count: count)
        return colours ? "\u{1B}[\(colour.rawValue)m\(signs)\u{1B}[0m" : signs
    }
}
