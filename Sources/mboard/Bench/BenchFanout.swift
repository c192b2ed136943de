import ArgumentParser
import BoardClient
import Foundation
import Histogram

struct BenchFanout: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fanout", abstract: "Deliver messages to many live subscribers.",
        discussion: """
            Messages are in flight until every subscriber has them. With --inflight 1 the time from a publish to each delivery \
            is measured. What counts is the server's processor time a delivery: give its process with --pid.
            """)

    @Option(help: ArgumentHelp("The server's live road.", valueName: "host:port"))
    var server = Endpoint(host: Endpoint.standard.host, port: 7_778)

    @Option(help: ArgumentHelp("Connections that are pushed every message.", valueName: "n"))
    var subscribers = 100

    @Option(help: ArgumentHelp("Connections that publish.", valueName: "n"))
    var publishers = 1

    @Option(help: ArgumentHelp("Messages that are not delivered to everybody yet, at any time.", valueName: "n"))
    var inflight = 1_000

    @Option(help: ArgumentHelp("Messages in all.", valueName: "n"))
    var count = 10_000

    @Option(help: ArgumentHelp("Bytes of a message.", valueName: "bytes"))
    var size = 100

    @Option(help: ArgumentHelp("Seconds without a delivery after which it ends.", valueName: "seconds"))
    var timeout: Double = 10

    @Option(help: ArgumentHelp("The server's process, for its CPU time and memory.", valueName: "pid"))
    var pid: Int32?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (1...16_384).contains(subscribers), (1...1_024).contains(publishers) else {
            throw ValidationError("--subscribers takes 1 to 16384, --publishers 1 to 1024")
        }
        guard (1...1_000_000).contains(inflight), count > 0, timeout > 0, (0...1 << 20).contains(size) else {
            throw ValidationError(
                "--inflight takes 1 to 1000000, --size 0 to 1048576, --count and --timeout more than 0")
        }
    }

    func run() async throws {
        OpenFiles.raise()
        let plan = FanoutPlan(
            server: server, subscribers: subscribers, publishers: publishers, inflight: inflight, count: count,
            size: size, timeout: timeout)
        let before = try pid.map(ServerUsage.init)
        let result = try await FanoutLoad.run(plan, progress: isTerminal(2) && !json)
        let after = try pid.map(ServerUsage.init)
        var cost: ServerCost?
        if let before, let after { cost = ServerCost(before: before, after: after, operations: result.delivered) }
        output(line: json ? try Self.json(plan, result, cost) : Self.table(plan, result, cost))
        if result.errors > 0 || result.delivered != plan.deliveries {
            complain(
                "mboard: \(plan.deliveries - result.delivered) deliveries are missing, \(result.errors) errors; the first: "
                    + (result.firstError ?? "none"))
            throw ExitCode(1)
        }
    }

    private static let percentiles = [("p50", 50.0), ("p99", 99.0), ("p99_9", 99.9), ("max", 100.0)]

    private static func milliseconds(_ result: FanoutResult, _ percentile: Double) -> Double {
        Double(result.latencies.valueAtPercentile(percentile)) / 1e6
    }

    private static func table(_ plan: FanoutPlan, _ result: FanoutResult, _ cost: ServerCost?) -> String {
        var rows = [
            (
                "fan-out",
                "\(plan.subscribers) subscribers, \(plan.inflight) in flight, \(result.delivered) deliveries, "
                    + "\(plan.deliveries - result.delivered) missing, \(result.errors) errors"
            ),
            ("throughput", "\(Int(Double(result.delivered) / result.seconds)) deliveries a second"),
        ]
        if plan.inflight == 1 {
            rows.append(
                (
                    "latency",
                    percentiles.map { "\($0.0) \(decimal(milliseconds(result, $0.1), 3)) ms" }.joined(separator: "   ")
                ))
        }
        let client = decimal(result.clientMicroseconds / Double(max(1, result.delivered)), 2)
        rows.append(
            (
                "CPU a delivery",
                "client \(client) us" + (cost.map { ", server \(decimal($0.cpuMicrosecondsPerOperation, 2)) us" } ?? "")
            ))
        if let cost {
            rows.append(("server's memory", "\(decimal(Double(cost.peakBytes) / 1_048_576, 1)) MiB at most"))
        }
        return rows.map { $0.0.padding(toLength: 18, withPad: " ", startingAt: 0) + $0.1 }.joined(separator: "\n")
    }

    private static func json(_ plan: FanoutPlan, _ result: FanoutResult, _ cost: ServerCost?) throws -> String {
        var object: [String: any Sendable] = [
            "operation": "fanout", "subscribers": plan.subscribers, "publishers": plan.publishers,
            "inflight": plan.inflight, "count": plan.count, "size": plan.size, "deliveries": result.delivered,
            "missing": plan.deliveries - result.delivered, "errors": result.errors, "seconds": result.seconds,
            "per_second": Double(result.delivered) / result.seconds,
            "client_cpu_us_per_delivery": result.clientMicroseconds / Double(max(1, result.delivered)),
            "server": NSNull(),
        ]
        if plan.inflight == 1 {
            object["latency_ms"] = Dictionary(
                uniqueKeysWithValues: percentiles.map { ($0.0, milliseconds(result, $0.1)) })
        }
        if let cost {
            object["server"] = [
                "pid": Double(cost.pid), "cpu_us_per_delivery": cost.cpuMicrosecondsPerOperation,
                "peak_rss_mib": Double(cost.peakBytes) / 1_048_576,
            ]
        }
        let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
        return String(decoding: data, as: UTF8.self)
    }

    private static func decimal(_ value: Double, _ places: Int) -> String {
        String(format: "%.\(places)f", value)
    }
}
