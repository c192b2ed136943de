import Foundation

extension SimulationRecord {
    /// Names that a sentence gives; of more, how many there are is enough.
    private static let namedClients = 10

    /// What came of it, in sentences: `5 clients in 20 s: 4 served, 1 gave up (Client-5), 0 refused.`
    package var summary: String {
        var text = "\(load.clients) \(load.clients == 1 ? "client" : "clients") in \(TimelineDrawing.time(seconds)): "
        text +=
            "\(served) served, \(gaveUp) gave up\(names(.gaveUp, gaveUp)), \(refused) refused\(names(.refused, refused))."
        if case .requests = load.visit { text += " \(answers) answers, \(perSecond) a second." }
        if stalled > 0 {
            text += " The simulator stood still for \(TimelineDrawing.time(stalled)), which no client was charged for."
        }
        guard latencies.count > 0 else { return text }
        let (median, rare, longest) = (wait(latencies.p50), wait(latencies.p99), wait(latencies.max))
        return text + " Who was served waited \(median) (median), \(rare) (99 %), \(longest) (longest)."
    }

    /// One line of JSON, with snake_case keys; times in seconds, latencies in microseconds.
    package var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    private var perSecond: String {
        let rate = Double(answers) / max(seconds, 1e-6)
        return rate < 10 ? "\((rate * 100).rounded() / 100)" : "\(Int(rate))"
    }

    private func wait(_ microseconds: Double) -> String {
        TimelineDrawing.time(microseconds / 1e6)
    }

    private func names(_ outcome: Client.Outcome, _ count: Int) -> String {
        let names = clients.lazy.filter { $0.outcome == outcome }.map { client in
            client.refusal.map { "\(client.name): \($0.sentence)" } ?? client.name
        }
        guard (1...Self.namedClients).contains(count) else { return "" }
        return " (" + names.joined(separator: ", ") + ")"
    }
}
