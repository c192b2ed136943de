/// A drawing of the report: SVG that scales with the page, with a title and a description for those who do not see it.
struct Figure {
    /// Units of the drawing's width: about the pixels of a telephone, so that its texts can be read there.
    static let width = 400.0

    let title: String
    /// What it shows, in words.
    let summary: String
    let height: Double
    let content: [Markup]

    /// - Parameter number: of the figure in its document: makes its ids.
    func markup(number: Int) -> Markup {
        """
        <figure>
        <figcaption>\(title)</figcaption>
        <svg viewBox="0 0 \(Self.width) \(height)" role="img" aria-labelledby="t\(number) d\(number)">
        <title id="t\(number)">\(title)</title>
        <desc id="d\(number)">\(summary)</desc>
        \(content)
        </svg>
        </figure>
        """
    }
}

/// Round numbers along an axis from zero.
package struct Ticks {
    package let values: [Double]

    /// - Parameters:
    ///   - end: where the axis ends; more than 0.
    ///   - count: of ticks at most, that at zero not counted.
    package init(to end: Double, count: Int) {
        guard end > 0, end.isFinite else {
            values = [0]
            return
        }
        var step = 1e-9
        var factor = 0
        while end / step > Double(count) {
            step *= [2, 2.5, 2][factor % 3]  // 1, 2, 5, 10, ...
            factor += 1
        }
        values = (0...count).map { Double($0) * step }.filter { $0 <= end * 1.0001 }
    }
}
