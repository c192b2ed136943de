import Foundation
import ServerModels

/// One cell for programs: `--json` prints one such object a line.
struct ComparisonRow: Encodable {
    /// Milliseconds that clients waited: for being served, or for each answer.
    struct Wait: Encodable {
        var p50: Double
        var p90: Double
        var p99: Double
        var max: Double
    }

    var preset: String
    var model: String
    /// Whether it is the program in Python.
    var reference: Bool
    var service: String
    var clients: Int
    /// Seconds that a client waits.
    var timeout: Double
    /// Seconds that a client stays, or requests of each client.
    var stay: Double?
    var requests: Int?
    var rounds: Int
    /// Why there are no figures.
    var failed: String?
    var served: Int?
    var expectedServed: Int?
    var gaveUp: Int?
    var refused: Int?
    var answers: Int?
    var seconds: Double?
    var perSecond: Double?
    var perSecondOfRounds: [Double]?
    var ratioToReference: Double?
    var waitMs: Wait?
    var threads: Int?
    var processThreads: Int?
    var voluntarySwitches: Int?
    var involuntarySwitches: Int?
    var cpuSeconds: Double?
    var cpuUsPerOperation: Double?
    var peakRssMib: Double?
    var rssMibBefore: Double?
    var peakOpen: Int?
    var peakQueue: Int?
    var serverRefused: Int?
    var failures: Int?
    var pauses: Int?

    init(_ entry: Comparison.Entry, of comparison: Comparison) {
        let cell = entry.cell
        preset = comparison.preset.name
        (model, reference, service) = (cell.server.model, cell.server.isReference, cell.service)
        (clients, timeout, rounds) = (cell.load.clients, cell.load.timeout, cell.rounds)
        switch cell.load.visit {
        case .stay(let seconds): stay = seconds
        case .requests(let count): requests = count
        }
        expectedServed = comparison.preset.expectedServed(cell)
        switch entry.outcome {
        case .failed(let reason): failed = reason
        case .measured(let result): fill(result)
        }
        ratioToReference = comparison.ratioToReference(entry)
    }

    private mutating func fill(_ result: CellResult) {
        let record = result.record
        (served, gaveUp, refused) = (record.served, record.gaveUp, record.refused)
        (answers, seconds) = (record.answers, record.seconds)
        (perSecond, perSecondOfRounds) = (result.rate, result.rates.isEmpty ? nil : result.rates)
        if record.latencies.count > 0 {
            let waits = record.latencies
            waitMs = Wait(p50: waits.p50 / 1e3, p90: waits.p90 / 1e3, p99: waits.p99 / 1e3, max: waits.max / 1e3)
        }
        (threads, processThreads) = (result.servingThreads, result.threads)
        (voluntarySwitches, involuntarySwitches) = (result.switches.voluntary, result.switches.involuntary)
        (cpuSeconds, cpuUsPerOperation) = (result.cpuSeconds, result.cpuMicroseconds)
        (peakRssMib, rssMibBefore) =
            (Double(result.residentBytes) / 1_048_576, Double(result.residentBytesBefore) / 1_048_576)
        guard let counters = result.counters else { return }
        (peakOpen, peakQueue) = (counters.openPeak, counters.queuedPeak)
        (serverRefused, failures, pauses) = (counters.refused, counters.failures, counters.pauses)
    }
}

extension Comparison {
    /// Each cell as a JSON object on one line.
    package var jsonLines: [String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return entries.map { entry in
            do {
                return String(decoding: try encoder.encode(ComparisonRow(entry, of: self)), as: UTF8.self)
            } catch {
                preconditionFailure("finite numbers and texts always have a JSON form: \(error)")
            }
        }
    }
}
