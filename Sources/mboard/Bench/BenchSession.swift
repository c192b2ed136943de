import ArgumentParser
import BoardClient
import BoardWire
import Foundation
import MessageBoard

struct BenchSession: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session", abstract: "Publish big messages by session on UDP and the same by TCP, in turns.",
        discussion: "The time ends when the server has the message on disk. UDP and TCP have to be on the same port.")

    @Option(help: ArgumentHelp("The server.", valueName: "host:port"))
    var server: Endpoint = .standard

    @Option(help: ArgumentHelp("Bytes of a message.", valueName: "bytes"))
    var size = 100 << 20

    @Option(help: ArgumentHelp("Messages on each road.", valueName: "n"))
    var count = 1

    @Option(help: ArgumentHelp("Longest time in which nothing moves.", valueName: "seconds"))
    var timeout: Double = 10

    @Option(help: ArgumentHelp("The server's process, for its CPU time and memory.", valueName: "pid"))
    var pid: Int32?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (1...Draft.maximumBodyBytes).contains(size), count > 0, timeout > 0 else {
            throw ValidationError("--size takes 1 to \(Draft.maximumBodyBytes), --count and --timeout more than 0")
        }
    }

    private struct Road {
        let via: Via
        var seconds = 0.0
        var clientMicroseconds = 0.0
        var serverMicroseconds: Double?
    }

    func run() async throws {
        var generator = SystemRandomNumberGenerator()
        let body = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            for place in buffer.indices { buffer.initializeElement(at: place, to: UInt8(truncatingIfNeeded: place)) }
            for place in stride(from: 0, to: size, by: 61) { buffer[place] = generator.next() }
            filled = size
        }
        var roads = [Road(via: .session), Road(via: .tcp)]
        for _ in 0..<count {
            for place in roads.indices { try await measure(&roads[place], body) }
        }
        output(line: json ? try object(roads) : table(roads))
    }

    private func measure(_ road: inout Road, _ body: [UInt8]) async throws {
        let client = try road.via.client(of: server, timeout: timeout)
        let server = try pid.map(ServerUsage.init)
        let own = OwnUsage.cpuMicroseconds()
        let start = ContinuousClock.now
        _ = try await client.publish(PublishRequest(body: body))
        road.seconds += (ContinuousClock.now - start) / .seconds(1)
        road.clientMicroseconds += OwnUsage.cpuMicroseconds() - own
        if let server {
            let after = try ServerUsage(pid: server.pid)
            road.serverMicroseconds = (road.serverMicroseconds ?? 0) + after.cpuMicroseconds - server.cpuMicroseconds
        }
    }

    private func rate(_ road: Road) -> Double { Double(size) * Double(count) / road.seconds }
    /// Of the session to TCP.
    private func ratio(_ roads: [Road]) -> Double { rate(roads[0]) / rate(roads[1]) }

    private func table(_ roads: [Road]) -> String {
        let lines = roads.map { road in
            let costs =
                String(format: "CPU client %.2f s", road.clientMicroseconds / 1e6)
                + (road.serverMicroseconds.map { String(format: ", server %.2f s", $0 / 1e6) } ?? "")
            return road.via.rawValue.padding(toLength: 10, withPad: " ", startingAt: 0)
                + String(format: "%.1f MB/s   ", rate(road) / 1e6) + costs
        }
        return (lines + [String(format: "session to tcp: %.2f", ratio(roads))]).joined(separator: "\n")
    }

    private func object(_ roads: [Road]) throws -> String {
        var object: [String: any Sendable] = [
            "operation": "session", "size": size, "count": count, "ratio": ratio(roads),
        ]
        for road in roads {
            var facts: [String: any Sendable] = [
                "bytes_per_second": rate(road), "seconds": road.seconds,
                "client_cpu_seconds": road.clientMicroseconds / 1e6,
            ]
            if let server = road.serverMicroseconds { facts["server_cpu_seconds"] = server / 1e6 }
            object[road.via.rawValue] = facts
        }
        let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
        return String(decoding: data, as: UTF8.self)
    }
}
