import Foundation

/// A bar for each download that runs, a line each at the bottom of what standard error has shown, written over and over.
struct FetchBars {
    private struct Bar {
        let number: Int
        let name: String
        var held = 0
        var all: Int?
        /// What had been there before the first bytes came, and when they came.
        var first: (held: Int, at: ContinuousClock.Instant)?
    }

    private static let pause = Duration.milliseconds(100)
    private static let nameCells = 24

    private var bars: [Bar] = []
    private var rowsShown = 0
    private var shownAt: ContinuousClock.Instant?

    mutating func begin(_ number: Int, name: String) {
        bars.append(Bar(number: number, name: name))
        draw()
    }

    mutating func show(_ number: Int, _ held: Int, of all: Int?) {
        guard let place = bars.firstIndex(where: { $0.number == number }) else { return }
        // An attempt that began at zero again makes the bar shorter.
        if held < bars[place].held || bars[place].first == nil { bars[place].first = (held, .now) }
        bars[place].held = held
        bars[place].all = all
        if let shownAt, .now - shownAt < Self.pause { return }
        draw()
    }

    mutating func end(_ number: Int) {
        bars.removeAll { $0.number == number }
        draw()
    }

    /// Takes the bars away until they are drawn again.
    mutating func clear() {
        if rowsShown > 0 { tell("\u{1B}[\(rowsShown)A\r\u{1B}[J") }
        rowsShown = 0
    }

    /// Draws the bars anew, as many as there are rows for.
    mutating func draw() {
        let (columns, rows) = RawTerminal.size(of: 2)
        let lines = bars.prefix(max(1, rows - 1)).map { Self.line($0, columns: columns) + "\u{1B}[K\r\n" }
        let up = rowsShown > 0 ? "\u{1B}[\(rowsShown)A\r" : ""
        tell(up + lines.joined() + "\u{1B}[J")
        rowsShown = lines.count
        shownAt = .now
    }

    private static func line(_ bar: Bar, columns: Int) -> String {
        let progress =
            bar.first.map { first in
                let seconds = (ContinuousClock.now - first.at) / .seconds(1)
                return ProgressBar.line(
                    "received", bar.held, of: bar.all ?? 0, moved: bar.held - first.held, seconds: seconds)
            } ?? "waiting"
        return fitted(fitted(harmless(bar.name), nameCells, fill: true) + "  " + progress, columns - 1, fill: false)
    }

    /// A text that takes no more cells than these.
    private static func fitted(_ text: String, _ cells: Int, fill: Bool) -> String {
        var result = text
        if CellWidth.of(result) > cells {
            while !result.isEmpty, CellWidth.of(result) > cells - 1 { result.removeLast() }
            result += "…"
        }
        return fill ? result + String(repeating: " ", count: max(0, cells - CellWidth.of(result))) : result
    }
}
