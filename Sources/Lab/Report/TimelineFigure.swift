/// The clients of one measurement, a row each: when they waited, when they were served, how their visit ended.
struct TimelineFigure {
    /// Clients that are drawn; of more, the first.
    static let rows = 40
    private static let rowHeight = 22.0
    private static let top = 6.0
    private static let (left, right) = (76.0, 330.0)

    private let record: SimulationRecord
    private let name: String
    private let clients: ArraySlice<SimulationRecord.Client>
    private let end: Double

    /// - Parameter end: of the axis, in seconds; the same for figures that are to be compared.
    init(_ record: SimulationRecord, name: String, end: Double) {
        self.record = record
        self.name = name
        self.end = max(end, 1e-6)
        clients = record.clients.prefix(Self.rows)
    }

    var figure: Figure {
        let bottom = Self.top + Double(clients.count) * Self.rowHeight
        let all = record.served + record.gaveUp + record.refused
        let title = clients.count < all ? "\(name): the first \(clients.count) of \(grouped(all)) clients" : name
        return Figure(
            title: title, summary: summary, height: bottom + 36,
            content: axis(bottom) + clients.enumerated().map { row($1, Self.top + Double($0) * Self.rowHeight) })
    }

    private var summary: String {
        "Each row is a client: a dashed line while it waits, a bar while it is served, a cross where it gives up, a square where it is "
            + "refused. " + clients.map { "\($0.name): \(Self.word($0.outcome))" }.joined(separator: ", ") + "."
    }

    private static func word(_ outcome: SimulationRecord.Client.Outcome) -> String {
        switch outcome {
        case .served: "served"
        case .gaveUp: "gave up"
        case .refused: "refused"
        case .misfit: "misfit"
        }
    }

    private func place(_ seconds: Double) -> Double {
        Self.left + (Self.right - Self.left) * min(1, max(0, seconds / end))
    }

    private func axis(_ bottom: Double) -> [Markup] {
        Ticks(to: end, count: 5).values.map { tick in
            let label = roundTime(microseconds: tick * 1e6)
            return """
                <line class="grid" x1="\(place(tick))" y1="\(Self.top)" x2="\(place(tick))" y2="\(bottom + 4)"/>\
                <text class="small" x="\(place(tick))" y="\(bottom + 18)" text-anchor="middle">\(label)</text>
                """
        }
    }

    private func row(_ client: SimulationRecord.Client, _ y: Double) -> Markup {
        let middle = y + Self.rowHeight / 2
        let (start, end) = (place(client.arrived), place(client.left))
        let served = client.served.map(place)
        var marks: [Markup] = [
            """
            <text x="\(Self.left - 8)" y="\(middle + 4)" text-anchor="end">\(String(client.name.prefix(10)))</text>\
            <line class="waiting" x1="\(start)" y1="\(middle)" x2="\(served ?? end)" y2="\(middle)"/>
            """
        ]
        if let served {
            // Wide enough to be seen when the visit ends with the first answer.
            let width = max(4, end - served)
            marks.append(
                """
                <rect class="served" x="\(min(served, Self.right - width))" y="\(middle - 7)" width="\(width)" height="14" rx="2"/>
                """)
        }
        switch client.outcome {
        case .gaveUp:
            marks.append(
                """
                <path class="left" d="M\(end - 5) \(middle - 5)L\(end + 5) \(middle + 5)M\(end - 5) \(middle + 5)L\(end + 5) \(middle - 5)"/>
                """)
        case .refused:
            marks.append(
                """
                <rect class="left" x="\(end - 5)" y="\(middle - 5)" width="10" height="10"/>
                """)
        case .served, .misfit: break
        }
        marks.append(
            """
            <text class="\(client.outcome == .served ? "small" : "small alarm")" x="\(Self.right + 12)" y="\(middle + 4)">\
            \(Self.word(client.outcome))</text>
            """)
        return "\(marks)"
    }
}
