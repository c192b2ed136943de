import Foundation

/// How long clients waited: the curves of a few measurements over the percentiles, which come nearer to 100 with every step.
struct LatencyFigure {
    /// Curves of one figure that can be told apart.
    static let curves = 4
    private static let (left, right, top, bottom) = (58.0, 380.0, 10.0, 206.0)
    private static let keyHeight = 20.0

    struct Curve {
        let name: String
        let points: [SimulationRecord.Latencies.Point]
        let samples: Int
    }

    private let title: String
    private let shown: [Curve]
    /// Nines of the last percentile: 3 for 99.9.
    private let nines: Double
    /// Powers of ten of the lowest and the highest time, in microseconds.
    private let decades: (low: Double, high: Double)

    /// - Parameter curves: the first ``curves`` of them are drawn; those without points are not.
    init?(title: String, _ curves: [Curve]) {
        let nines = min(4, max(1, log10(Double(curves.map(\.samples).max() ?? 1)).rounded(.down)))
        // All 100 per cent have no place on such an axis: the table has the maximum.
        shown = curves.prefix(Self.curves).map { curve in
            Curve(
                name: curve.name, points: curve.points.filter { Self.nines(of: $0.percent) <= nines + 0.001 },
                samples: curve.samples)
        }.filter { !$0.points.isEmpty }
        let times = shown.flatMap(\.points).map { max(1, $0.microseconds) }
        guard let least = times.min(), let most = times.max() else { return nil }
        self.title = title
        self.nines = nines
        let low = log10(least).rounded(.down)
        decades = (low, max(low + 1, log10(most).rounded(.up)))
    }

    var figure: Figure {
        let keys = Self.bottom + 48
        return Figure(
            title: title, summary: summary, height: keys + Double(shown.count) * Self.keyHeight,
            content: axes
                + shown.enumerated().flatMap { [curve($1, $0), key($1, $0, keys + Double($0) * Self.keyHeight)] })
    }

    private var summary: String {
        let curves = shown.map { curve in
            let parts = ticks.compactMap { percent in
                Self.value(curve, at: percent).map {
                    "\(Self.label(percent)) per cent within \(time(microseconds: $0))"
                }
            }
            return "\(curve.name): \(parts.joined(separator: ", "))"
        }
        return "How long clients waited, with a logarithmic scale. " + curves.joined(separator: "; ") + "."
    }

    private var ticks: [Double] { [0, 50, 90, 99, 99.9, 99.99].filter { Self.nines(of: $0) <= nines + 0.001 } }

    private static func label(_ percent: Double) -> String { percent.formatted(.number.grouping(.never)) }

    private static func nines(of percent: Double) -> Double { percent >= 100 ? .infinity : -log10(1 - percent / 100) }

    /// The least time of the curve that covers so many per cent.
    private static func value(_ curve: Curve, at percent: Double) -> Double? {
        curve.points.first { $0.percent >= percent }?.microseconds
    }

    private func x(_ percent: Double) -> Double {
        Self.left + (Self.right - Self.left) * min(1, max(0, Self.nines(of: percent) / nines))
    }

    private func y(_ microseconds: Double) -> Double {
        let part = (log10(max(1, microseconds)) - decades.low) / (decades.high - decades.low)
        return Self.bottom - (Self.bottom - Self.top) * min(1, max(0, part))
    }

    private var axes: [Markup] {
        let across = ticks.map { percent -> Markup in
            """
            <line class="grid" x1="\(x(percent))" y1="\(Self.top)" x2="\(x(percent))" y2="\(Self.bottom + 4)"/>\
            <text class="small" x="\(x(percent))" y="\(Self.bottom + 18)" text-anchor="middle">\(Self.label(percent))</text>
            """
        }
        let up = stride(from: decades.low, through: decades.high, by: 1).map { power -> Markup in
            let value = pow(10, power)
            let label = roundTime(microseconds: value)
            return """
                <line class="grid" x1="\(Self.left)" y1="\(y(value))" x2="\(Self.right)" y2="\(y(value))"/>\
                <text class="small" x="\(Self.left - 6)" y="\(y(value) + 4)" text-anchor="end">\(label)</text>
                """
        }
        let middle = (Self.left + Self.right) / 2
        return across + up + [
            """
            <text class="small" x="\(middle)" y="\(Self.bottom + 34)" text-anchor="middle">percentile</text>
            """
        ]
    }

    private func curve(_ curve: Curve, _ number: Int) -> Markup {
        var places = curve.points.map { (x($0.percent), y($0.microseconds)) }
        if let first = places.first, first.0 > Self.left { places.insert((Self.left, first.1), at: 0) }
        let path = places.map { "\(decimal($0.0, 1)),\(decimal($0.1, 1))" }.joined(separator: " ")
        let marks = ticks.compactMap { percent in
            Self.value(curve, at: percent).map { Self.mark(x(percent), y($0), number) }
        }
        return """
            <polyline class="curve c\(number)" points="\(path)"/>
            \(marks)
            """
    }

    private func key(_ curve: Curve, _ number: Int, _ y: Double) -> Markup {
        """
        <line class="curve c\(number)" x1="\(Self.left)" y1="\(y)" x2="\(Self.left + 36)" y2="\(y)"/>\
        \(Self.mark(Self.left + 18, y, number))\
        <text x="\(Self.left + 46)" y="\(y + 4)">\(curve.name)</text>
        """
    }

    /// A sign of its own for each curve: a disc, a square, a triangle, a ring.
    private static func mark(_ x: Double, _ y: Double, _ number: Int) -> Markup {
        switch number {
        case 0:
            """
            <circle class="mark c0" cx="\(x)" cy="\(y)" r="3.5"/>
            """
        case 1:
            """
            <rect class="mark c1" x="\(x - 3.5)" y="\(y - 3.5)" width="7" height="7"/>
            """
        case 2:
            """
            <path class="mark c2" d="M\(x) \(y - 4.5)L\(x + 4.5) \(y + 3.5)L\(x - 4.5) \(y + 3.5)Z"/>
            """
        default:
            """
            <circle class="ring c3" cx="\(x)" cy="\(y)" r="3.5"/>
            """
        }
    }
}
