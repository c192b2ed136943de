import ServerModels

/// A comparison's cells as rows and columns of text: for the terminal, and for the report.
struct ComparisonTable {
    struct Column {
        let title: String
        /// Of a number, which stands at the right.
        var isNumber = true
    }

    private(set) var columns: [Column] = []
    private(set) var rows: [[String]] = []

    init(_ comparison: Comparison) {
        let services = Set(comparison.entries.map(\.cell.service)).count
        let hasReferences = comparison.entries.contains(where: \.cell.server.isReference)
        rows = comparison.entries.map { _ in [] }
        func add(_ title: String, isNumber: Bool = true, _ value: (Comparison.Entry) -> String) {
            columns.append(Column(title: title, isNumber: isNumber))
            for (number, entry) in comparison.entries.enumerated() { rows[number].append(value(entry)) }
        }
        func addResult(_ title: String, _ value: (CellResult) -> String?) {
            add(title) { entry in entry.result.map { value($0) ?? "" } ?? "" }
        }
        add("model", isNumber: false) { $0.cell.server.name }
        if services > 1 { add("service", isNumber: false) { $0.cell.service } }
        switch comparison.preset.kind {
        case .whoIsServed, .connections:
            add("clients") { grouped($0.cell.load.clients) }
            add("served") { $0.result.map { grouped($0.record.served) } ?? "failed" }
            addResult("gave up") { grouped($0.record.gaveUp) }
            addResult("refused") { grouped($0.record.refused) }
        case .speed:
            if Set(comparison.entries.map(\.cell.load.clients)).count > 1 {
                add("clients") { grouped($0.cell.load.clients) }
            }
            if !comparison.entries.allSatisfy({ $0.result?.record.served == $0.cell.load.clients }) {
                add("served") { $0.result.map { grouped($0.record.served) } ?? "failed" }
            }
            addResult("requests/s") { $0.rate.map { grouped(Int($0)) } }
            addResult("CPU/request") { $0.cpuMicroseconds.map { time(microseconds: $0) } }
            if hasReferences { add("x Python") { comparison.ratioToReference($0).map { decimal($0, 1) } ?? "" } }
        }
        addResult("p50") { $0.wait(\.p50) }
        addResult("p99") { $0.wait(\.p99) }
        addResult("max") { $0.wait(\.max) }
        addResult("threads") { grouped($0.servingThreads) }
        addResult("switches") { grouped($0.switches.voluntary + $0.switches.involuntary) }
        if comparison.preset.kind != .speed { addResult("CPU") { time(microseconds: $0.cpuSeconds * 1e6) } }
        addResult("memory") { size(bytes: Double($0.residentBytes)) }
        if comparison.preset.kind == .connections {
            addResult("per client") { $0.bytesPerConnection.map { size(bytes: $0) } }
        }
        addResult("queue") { $0.counters.map { grouped($0.queuedPeak) } }
    }

    /// Aligned, two spaces between the columns, the titles first.
    var lines: [String] {
        let all = [columns.map(\.title)] + rows
        let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = columns.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return columns[column].isNumber ? space + row[column] : row[column] + space
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}

extension Comparison {
    /// The table for a terminal.
    package var tableLines: [String] { ComparisonTable(self).lines }
}

extension CellResult {
    /// One of the latencies, in words; `nil` when nobody was served.
    fileprivate func wait(_ figure: KeyPath<SimulationRecord.Latencies, Double>) -> String? {
        record.latencies.count > 0 ? time(microseconds: record.latencies[keyPath: figure]) : nil
    }
}
