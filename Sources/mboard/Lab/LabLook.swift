import Foundation
import Lab
import ServerModels

/// One look at a running server, and what has changed since the one before.
struct LabLook {
    let server: RunningServer
    let time: ContinuousClock.Instant
    /// Threads that the system knows; `nil` where it does not tell.
    let threads: Int?

    init(_ server: RunningServer, at time: ContinuousClock.Instant, threads: Int?) {
        self.server = server
        self.time = time
        self.threads = threads
    }

    /// Of a counter, in one second.
    func rate(of counter: KeyPath<Counters.Snapshot, Int>, since before: LabLook?) -> Double {
        guard let before else { return 0 }
        let seconds = (time - before.time) / .seconds(1)
        return Double(server.counters[keyPath: counter] - before.server.counters[keyPath: counter])
            / max(seconds, 0.001)
    }

    /// One object on one line.
    func json(since before: LabLook?) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let object = Object(
            pid: server.pid, model: server.model, service: server.service, endpoint: server.endpoint,
            counters: server.counters, processThreads: threads,
            connectionsPerSecond: rate(of: \.accepted, since: before),
            answersPerSecond: rate(of: \.answers, since: before))
        // Numbers and texts always are JSON.
        return (try? encoder.encode(object)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private struct Object: Encodable {
        let pid: Int32
        let model: String
        let service: String
        let endpoint: String
        let counters: Counters.Snapshot
        let processThreads: Int?
        let connectionsPerSecond: Double
        let answersPerSecond: Double
    }

    /// On one line, for a pipe.
    func line(since before: LabLook?) -> String {
        let counters = server.counters
        return "open \(counters.open)  served now \(counters.served)  queue \(counters.queued)  busy \(counters.busy)  "
            + "threads \(counters.threads)  failures \(counters.failures)  workers replaced \(counters.workersReplaced)  "
            + String(
                format: "%.0f clients/s  %.0f answers/s", rate(of: \.accepted, since: before),
                rate(of: \.answers, since: before))
    }

    /// As a picture of several lines, for a terminal.
    func picture(since before: LabLook?, colours: Bool) -> [String] {
        let counters = server.counters
        func row(_ name: String, _ now: Int, _ peak: Int, _ note: String = "") -> String {
            let width = 30
            let marks = peak == 0 ? 0 : Int((Double(now) / Double(peak) * Double(width)).rounded(.up))
            let bar = String(repeating: "#", count: marks) + String(repeating: ".", count: width - marks)
            let shown = colours && marks > 0 ? "\u{1B}[36m\(bar.prefix(marks))\u{1B}[0m\(bar.dropFirst(marks))" : bar
            return name.padding(toLength: 14, withPad: " ", startingAt: 0)
                + "[\(shown)] \(now) of at most \(peak) so far\(note)"
        }
        return [
            "\(server.model) serves \(server.service) on \(server.endpoint), process \(server.pid)",
            row("connections", counters.open, counters.openPeak, ", \(counters.served) being served"),
            row("queues", counters.queued, counters.queuedPeak),
            row("requests", counters.busy, counters.busyPeak, " being handled"),
            row("threads", counters.threads, counters.threadsPeak, threads.map { "; \($0) in the process" } ?? ""),
            String(
                format: "%.0f clients/s, %.0f answers/s", rate(of: \.accepted, since: before),
                rate(of: \.answers, since: before))
                + "; in all \(counters.accepted) clients, \(counters.answers) answers, \(counters.failures) failures, "
                + "\(counters.left) left before, \(counters.broken) cut, \(counters.refused) refused, "
                + "\(counters.workersReplaced) workers replaced",
        ]
    }
}

/// Draws looks over one another in a terminal, or one below the other.
struct LiveDrawing {
    private let isTerminal: Bool
    private var drawn = 0

    init(isTerminal: Bool) {
        self.isTerminal = isTerminal
    }

    mutating func show(_ look: LabLook, since before: LabLook?) {
        guard isTerminal else { return output(line: look.line(since: before)) }
        let lines = look.picture(since: before, colours: true)
        let up = drawn == 0 ? "" : "\u{1B}[\(drawn)A"
        output(Array((up + lines.map { "\u{1B}[2K" + $0 + "\n" }.joined()).utf8))
        drawn = lines.count
    }
}
