import Foundation
import Histogram

/// What is measured, as a report tells it.
struct LoadDescription {
    /// For people.
    let title: String
    /// For programs.
    let facts: [String: any Sendable]
    let inflight: Int
    let count: Int
    /// The server's process.
    let pid: Int32?
    /// Whether the report is for a program.
    let json: Bool
}

/// What a measurement says, for people and for programs.
struct LoadReport {
    let load: LoadDescription
    let result: LoadResult
    let server: ServerCost?

    private static let percentiles = [("p50", 50.0), ("p99", 99.0), ("p99.9", 99.9), ("max", 100.0)]

    private var rate: Double { Double(result.completed) / result.seconds }
    private var clientCost: Double { result.clientMicroseconds / Double(max(1, result.completed)) }

    private func milliseconds(_ percentile: Double) -> Double {
        Double(result.latencies.valueAtPercentile(percentile)) / 1e6
    }

    var table: String {
        var rows = [
            (
                load.title, "\(load.inflight) in flight, \(result.completed) done, \(result.errors) errors"
            ),
            ("throughput", "\(Int(rate)) a second"),
            (
                "latency",
                Self.percentiles.map { "\($0.0) \(decimal(milliseconds($0.1), 3)) ms" }.joined(separator: "   ")
            ),
            (
                "CPU a request",
                "client \(decimal(clientCost, 1)) us"
                    + (server.map { ", server \(decimal($0.cpuMicrosecondsPerOperation, 1)) us" } ?? "")
            ),
        ]
        if let server {
            rows.append(("server's memory", "\(decimal(Double(server.peakBytes) / 1_048_576, 1)) MiB at most"))
        }
        return rows.map { $0.0.padding(toLength: max(18, load.title.count + 2), withPad: " ", startingAt: 0) + $0.1 }
            .joined(separator: "\n")
    }

    var json: String {
        let measured: [String: any Sendable] = [
            "connections": load.inflight, "inflight": load.inflight, "count": load.count, "errors": result.errors,
            "seconds": result.seconds, "per_second": rate, "client_cpu_us_per_operation": clientCost,
            "latency_ms": Dictionary(
                uniqueKeysWithValues: Self.percentiles.map { ($0.0.replacing(".", with: "_"), milliseconds($0.1)) }),
            "server": NSNull(),
        ]
        var object = load.facts.merging(measured) { _, measured in measured }
        if let server {
            object["server"] = [
                "pid": Double(server.pid), "cpu_us_per_operation": server.cpuMicrosecondsPerOperation,
                "peak_rss_mib": Double(server.peakBytes) / 1_048_576,
            ]
        }
        do {
            let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
            return String(decoding: data, as: UTF8.self)
        } catch {
            preconditionFailure("numbers and names always have a JSON form: \(error)")
        }
    }

    private func decimal(_ value: Double, _ places: Int) -> String {
        String(format: "%.\(places)f", value)
    }
}
