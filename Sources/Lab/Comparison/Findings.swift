import ServerModels

/// What a comparison came to, in sentences.
extension Comparison {
    package var findings: [String] {
        let failures = entries.compactMap { entry in
            if case .failed(let reason) = entry.outcome { "\(entry.cell.name): \(reason)" } else { nil }
        }
        let findings =
            switch preset.kind {
            case .whoIsServed: whoWasServed
            case .speed: speeds
            case .connections: connections + (hasServedAll ? [] : whoWasServed)
            }
        return findings + failures
    }

    private var hasServedAll: Bool {
        entries.allSatisfy { $0.result?.record.served ?? $0.cell.load.clients == $0.cell.load.clients }
    }

    private struct Fate: Hashable {
        let clients: Int
        let served: Int
        let gaveUp: Int
        let refused: Int
        let expected: Int?

        var sentence: String {
            var parts = ["\(grouped(served)) of \(Lab.clients(clients)) served"]
            if gaveUp > 0 { parts.append("\(grouped(gaveUp)) gave up") }
            if refused > 0 { parts.append("\(grouped(refused)) refused") }
            let surprise = expected.map { $0 == served ? "" : " (expected: \(grouped($0)) served)" } ?? ""
            return parts.joined(separator: ", ") + surprise
        }
    }

    /// Models with the same fate of their clients in one sentence.
    private var whoWasServed: [String] {
        var fates: [(fate: Fate, service: String, models: [String])] = []
        for entry in entries {
            guard let record = entry.result?.record else { continue }
            let fate = Fate(
                clients: entry.cell.load.clients, served: record.served, gaveUp: record.gaveUp, refused: record.refused,
                expected: preset.expectedServed(entry.cell))
            if let at = fates.firstIndex(where: { $0.fate == fate && $0.service == entry.cell.service }) {
                fates[at].models.append(entry.cell.server.name)
            } else {
                fates.append((fate, entry.cell.service, [entry.cell.server.name]))
            }
        }
        return fates.map { "\(listed($0.models)): \($0.fate.sentence)." }
    }

    private var speeds: [String] {
        var sentences: [String] = []
        for service in services {
            let measured = entries.filter { $0.cell.service == service && $0.result?.rate ?? 0 > 0 }
            let ours = measured.filter { !$0.cell.server.isReference }
            sentences += extremes(ours, service) + besideSequential(ours, service) + besidePython(ours, service)
        }
        let left = entries.reduce(0) { $0 + ($1.result.map { $0.record.gaveUp + $0.record.refused } ?? 0) }
        if left > 0 {
            sentences.append("\(Lab.clients(left)) left without all their answers: the figures are not comparable.")
        }
        return sentences
    }

    /// Each once, in the order of the cells.
    private var services: [String] {
        entries.map(\.cell.service).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private func extremes(_ entries: [Entry], _ service: String) -> [String] {
        let rated = entries.compactMap { entry in entry.result?.rate.map { (entry.cell.server.name, $0) } }
        let costs = entries.compactMap { entry in entry.result?.cpuMicroseconds.map { (entry.cell.server.name, $0) } }
        guard rated.count > 1, let fastest = rated.max(by: { $0.1 < $1.1 }),
            let slowest = rated.min(by: { $0.1 < $1.1 }),
            let cheapest = costs.min(by: { $0.1 < $1.1 })
        else { return rated.map { "\(service): \($0.0) answers \(grouped(Int($0.1))) requests a second." } }
        return [
            "\(service): \(fastest.0) is fastest with \(grouped(Int(fastest.1))) requests a second, \(slowest.0) slowest with "
                + "\(grouped(Int(slowest.1))); \(cheapest.0) takes the least processor time, "
                + "\(time(microseconds: cheapest.1)) a request."
        ]
    }

    private func besideSequential(_ entries: [Entry], _ service: String) -> [String] {
        guard service == "factor",
            let one = entries.first(where: { $0.cell.server.model == "sequential" })?.result?.rate
        else { return [] }
        let others = entries.compactMap { entry -> String? in
            guard entry.cell.server.model != "sequential", let rate = entry.result?.rate else { return nil }
            return "\(entry.cell.server.name) \(decimal(rate / one, 2)) times"
        }
        return others.isEmpty ? [] : ["\(service), beside sequential: \(listed(others)) as many requests a second."]
    }

    private func besidePython(_ entries: [Entry], _ service: String) -> [String] {
        let ratios = entries.compactMap { entry in ratioToReference(entry).map { (entry.cell.server.name, $0) } }
        guard let least = ratios.min(by: { $0.1 < $1.1 }), let most = ratios.max(by: { $0.1 < $1.1 }) else { return [] }
        return [
            "\(service), beside the same model in Python: from \(decimal(least.1, 1)) (\(least.0)) to \(decimal(most.1, 1)) times "
                + "(\(most.0)) as many requests a second."
        ]
    }

    private var connections: [String] {
        entries.compactMap { entry in
            guard let result = entry.result, let each = result.bytesPerConnection else { return nil }
            let open = result.counters?.openPeak ?? result.record.served
            return "\(entry.cell.server.name) held \(grouped(open)) connections at a time with "
                + "\(size(bytes: Double(result.residentBytes))) of memory: \(size(bytes: each)) for each."
        }
    }
}
