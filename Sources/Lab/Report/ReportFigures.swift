/// Which drawings go with a comparison.
extension Comparison {
    /// The loads in words: what all rows have in common stands in the table's caption.
    var conditions: String {
        let loads = entries.map(\.cell).reduce(into: [String]()) { words, cell in
            let load = cell.load
            let visit =
                switch load.visit {
                case .stay(let seconds): "stay for \(roundTime(microseconds: seconds * 1e6))"
                case .requests(let count): count == 1 ? "1 request each" : "\(grouped(count)) requests each"
                }
            let word =
                "\(cell.service): \(clients(load.clients)), \(visit), wait for at most \(roundTime(microseconds: load.timeout * 1e6))"
            if !words.contains(word) { words.append(word) }
        }
        return loads.joined(separator: "; ")
    }

    /// Figures that belong together, under a heading where there are several such groups.
    struct FigureGroup {
        let heading: String?
        let figures: [Figure]
    }

    var figureGroups: [FigureGroup] {
        let groups = byService
        return groups.map { service, entries in
            let figures =
                switch preset.kind {
                case .whoIsServed: timelines(entries)
                case .speed: speedFigures(entries)
                case .connections: memoryFigures(entries)
                }
            return FigureGroup(heading: groups.count > 1 ? service : nil, figures: figures)
        }
    }

    private func timelines(_ entries: [Entry]) -> [Figure] {
        let records = entries.compactMap { entry in entry.result.map { (entry.cell, $0.record) } }
        let end = records.flatMap { $0.1.clients.prefix(TimelineFigure.rows) }.map(\.left).max() ?? 0
        let loads = Set(entries.map(\.cell.load.clients)).count
        return records.map { cell, record in
            let name = loads > 1 ? "\(cell.server.name), \(clients(cell.load.clients))" : cell.server.name
            return TimelineFigure(record, name: name, end: end).figure
        }
    }

    private var byService: [(service: String, entries: [Entry])] {
        entries.reduce(into: []) { groups, entry in
            if let at = groups.firstIndex(where: { $0.service == entry.cell.service }) {
                groups[at].entries.append(entry)
            } else {
                groups.append((entry.cell.service, [entry]))
            }
        }
    }

    private func speedFigures(_ entries: [Entry]) -> [Figure] {
        [
            bars("Requests a second", entries, \.rate) { grouped(Int($0)) },
            bars("Processor time of a request", entries, \.cpuMicroseconds) { time(microseconds: $0) },
        ].compactMap(\.self) + curves("Waiting for an answer", entries)
    }

    private func memoryFigures(_ entries: [Entry]) -> [Figure] {
        [
            bars("Memory at most", entries, \.memory) { size(bytes: $0) },
            bars("Memory of a connection", entries, \.bytesPerConnection) { size(bytes: $0) },
        ].compactMap(\.self) + curves("Waiting for being served", entries)
    }

    private func bars(
        _ title: String, _ entries: [Entry], _ value: KeyPath<CellResult, Double?>, _ label: (Double) -> String
    ) -> Figure? {
        BarFigure(
            title: title,
            bars: entries.compactMap { entry in
                entry.result?[keyPath: value].map { value in
                    BarFigure.Bar(
                        name: entry.cell.server.name, value: value, label: label(value),
                        isReference: entry.cell.server.isReference)
                }
            }
        ).figure
    }

    /// As many figures as it takes for the curves to be told apart.
    private func curves(_ title: String, _ entries: [Entry]) -> [Figure] {
        stride(from: 0, to: entries.count, by: LatencyFigure.curves).compactMap { start in
            let group = entries[start..<min(start + LatencyFigure.curves, entries.count)]
            let models = listed(
                group.map(\.cell.server.model).reduce(into: []) { if !$0.contains($1) { $0.append($1) } })
            return LatencyFigure(
                title: entries.count > LatencyFigure.curves ? "\(title): \(models)" : title,
                group.compactMap { entry in
                    entry.result.map {
                        .init(
                            name: entry.cell.server.name, points: $0.record.latencies.curve,
                            samples: $0.record.latencies.count)
                    }
                })?.figure
        }
    }
}

extension CellResult {
    fileprivate var memory: Double? { Double(residentBytes) }
}
