/// One number of several servers as bars, a name and the value above each.
struct BarFigure {
    private static let rowHeight = 38.0
    private static let (left, right) = (4.0, 396.0)

    struct Bar {
        let name: String
        let value: Double
        let label: String
        /// Drawn with a pattern: the program in Python.
        let isReference: Bool
    }

    let title: String
    let bars: [Bar]

    var figure: Figure? {
        guard let most = bars.map(\.value).max(), most > 0 else { return nil }
        return Figure(
            title: title, summary: bars.map { "\($0.name): \($0.label)" }.joined(separator: "; ") + ".",
            height: Double(bars.count) * Self.rowHeight + 4,
            content: bars.enumerated().map { row($1, Double($0) * Self.rowHeight, most) })
    }

    private func row(_ bar: Bar, _ y: Double, _ most: Double) -> Markup {
        let width = max(1, (Self.right - Self.left) * bar.value / most)
        return """
            <text x="\(Self.left)" y="\(y + 14)">\(bar.name)</text>\
            <text x="\(Self.right)" y="\(y + 14)" text-anchor="end" class="value">\(bar.label)</text>\
            <rect class="\(bar.isReference ? "bar reference" : "bar")" x="\(Self.left)" y="\(y + 20)" width="\(width)" height="12" rx="2"/>
            """
    }
}
