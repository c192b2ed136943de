import Foundation
import Lab
import Logging
import ServerModels
import Synchronization
import Testing

/// Simulated clients of real servers. Asserted is who was served, never how long it took.
struct SimulationTests {
    /// A fifth of the notes' time: the outcomes stand while the machine does not stall for a third of a second.
    private static let scale = 0.2

    /// Runs a load against a server in this process.
    private func run(
        _ load: Load, _ model: String, _ name: ServiceName, _ service: (any Service)? = nil, log: SimulationLog? = nil,
        eventLoops: Int = 1, progress: (@Sendable (Int, Int) -> Void)? = nil
    ) async throws -> SimulationRecord {
        let model = try #require(ModelName(model, cores: 2))
        let server = try ModelServer(
            model, service: service ?? name.service, host: "127.0.0.1", port: 0,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let port = try #require(server.endpoint.split(separator: ":").last.flatMap { Int($0) })
        async let serving: Void = server.run()
        let simulation = Simulation(
            load, service: name, host: "127.0.0.1", port: port, log: log, eventLoops: eventLoops)
        let record: Result<SimulationRecord, any Error>
        do { record = .success(try await simulation.run(progress: progress)) } catch { record = .failure(error) }
        server.stop()
        try await serving
        return try record.get()
    }

    private func stay(_ stay: Double, timeout: Double) -> Load {
        Load(clients: 5, timeout: timeout, visit: .stay(seconds: stay)).scaled(by: Self.scale)
    }

    private func names(_ record: SimulationRecord, _ outcome: SimulationRecord.Client.Outcome) -> [String] {
        record.clients.filter { $0.outcome == outcome }.map(\.name)
    }

    // MARK: The notes' outcomes

    @Test func `figure 4.6: sequential serves four, and the fifth gives up`() async throws {
        let record = try await run(stay(5, timeout: 15), "sequential", .hold)
        #expect(names(record, .served) == ["Client-1", "Client-2", "Client-3", "Client-4"])
        #expect(names(record, .gaveUp) == ["Client-5"])
        #expect(record.answers == 4)
        #expect(record.latencies.count == 4)
    }

    @Test(arguments: [
        ("sequential", 1), ("thread-per-connection", 5), ("prefork:8", 5), ("prefork:4", 4), ("event-loop:1", 5),
        ("tasks", 5),
    ])
    func `figures 4.10 and 4.11: who has a thread for each is served`(_ model: String, _ served: Int) async throws {
        let record = try await run(stay(10, timeout: 5), model, .hold)
        #expect(names(record, .served) == (1...served).map { "Client-\($0)" })
        #expect(record.served == served)
        #expect(record.gaveUp == 5 - served)
    }

    @Test(arguments: [("sequential", 2), ("thread-per-connection", 5), ("pipeline:8", 5), ("managers", 5)])
    func `heavy requests: sequential answers two`(_ model: String, _ served: Int) async throws {
        let load = Load(clients: 5, timeout: 10, visit: .requests(1)).scaled(by: Self.scale)
        let record = try await run(load, model, .echoAfter(4.5 * Self.scale))
        #expect(record.served == served)
        #expect(record.gaveUp == 5 - served)
    }

    @Test func `one-client serves one, and the others leave with nothing`() async throws {
        let record = try await run(stay(5, timeout: 15), "one-client", .hold)
        #expect(names(record, .served) == ["Client-1"])
        #expect(record.refused + record.gaveUp == 4)
    }

    // MARK: Requests

    @Test(arguments: [ServiceName.echoAfter(0), .factor]) func `each client gets its own answers`(
        _ service: ServiceName
    ) async throws {
        let load = Load(clients: 8, timeout: 60, visit: .requests(20))
        let record = try await run(load, "thread-per-connection", service)
        #expect(record.served == 8)
        #expect(record.answers == 160)
        #expect(record.latencies.count == 160)
        #expect(record.clients.allSatisfy { $0.answers == 20 })
    }

    @Test func `a wrong answer counts as a refusal, and the record says so`() async throws {
        let load = Load(clients: 2, timeout: 60, visit: .requests(1))
        let record = try await run(load, "thread-per-connection", .echoAfter(0), Liar())
        #expect(record.refused == 2)
        #expect(record.answers == 0)
        #expect(record.clients.allSatisfy { $0.refusal == .wrongAnswer })
    }

    /// Answers the right bytes in the wrong order.
    private struct Liar: Service {
        func framing() -> any RequestFraming { EchoAfter().framing() }
        func handle(_ request: [UInt8], from peer: Peer) throws -> Answer { .ready(request.reversed()) }
        func failure(_ reason: String) -> [UInt8] { [] }
    }

    @Test func `clients that ask may stay, too`() async throws {
        var load = Load(clients: 3, timeout: 60, visit: .stay(seconds: 0.01))
        load.arrivals = .poisson(perSecond: 1_000)
        let record = try await run(load, "event-loop:1", .echoAfter(0))
        #expect(record.served == 3)
        #expect(record.clients.allSatisfy { $0.answers == 1 })
    }

    @Test func `several event loops are one run`() async throws {
        let load = Load(clients: 9, timeout: 60, visit: .requests(3))
        let record = try await run(load, "event-loop:1", .echoAfter(0), eventLoops: 2)
        #expect(record.served == 9)
        #expect(record.clients.map(\.name) == (1...9).map { "Client-\($0)" })
        #expect(record.latencies.count == 27)
    }

    // MARK: What can go wrong

    @Test(arguments: [ServiceName.hold, .echoAfter(0)]) func `misfits come and go, and the others are served`(
        _ service: ServiceName
    ) async throws {
        var load = Load(clients: 5, timeout: 1, visit: service == .hold ? .stay(seconds: 0.3) : .requests(200))
        (load.misfits.slow, load.misfits.halfOpen, load.misfits.vanishing) = (3, 3, 3)
        let record = try await run(load, "thread-per-connection", service)
        #expect(record.served == 5)
        #expect(record.clients.count == 14)
        #expect(record.clients.count { $0.outcome == .misfit } == 9)
    }

    @Test func `one half-open client is enough to keep a sequential server from all others`() async throws {
        var load = Load(clients: 3, timeout: 0.2, visit: .requests(1))
        load.misfits.halfOpen = 1
        load.seed = try #require(
            (1...100).first { seed in
                load.seed = seed
                return load.arrivalsInOrder[0].kind != .client
            })
        let record = try await run(load, "sequential", .echoAfter(0))
        #expect(record.gaveUp == 3)
        #expect(record.clients.map(\.name) == ["HalfOpen-1", "Client-1", "Client-2", "Client-3"])
    }

    @Test func `where nobody listens all are refused`() async throws {
        let server = try ModelServer(
            .sequential, service: Hold(), host: "127.0.0.1", port: 0,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let port = try #require(server.endpoint.split(separator: ":").last.flatMap { Int($0) })
        server.stop()
        try await server.run()  // closes the port
        let load = Load(clients: 3, timeout: 60, visit: .stay(seconds: 1))
        let record = try await Simulation(load, service: .hold, host: "127.0.0.1", port: port, log: nil).run()
        #expect(record.refused == 3)
        #expect(record.clients.allSatisfy { $0.refusal == .notConnected && $0.connected == nil })
    }

    @Test func `time in which the simulator stood still is charged to no client, and said`() async throws {
        let load = Load(clients: 2, timeout: 0.2, visit: .stay(seconds: 0.01))
        // The first client's log line keeps the loop for longer than the time-out, while the server serves both.
        let log = SimulationLog { line in
            if line.hasSuffix("(Client-1) INFO Connected, waiting for service ...") { usleep(600_000) }
        }
        let record = try await run(load, "thread-per-connection", .hold, log: log)
        #expect(record.served == 2)
        #expect(record.stalled > 0.2)
        #expect(record.seconds > 0.5)
        #expect(record.summary.contains("stood still"))
    }

    @Test func `a cancelled run ends, and says so`() async throws {
        let load = Load(clients: 5, timeout: 3_600, visit: .stay(seconds: 3_600))
        let (started, begin) = AsyncStream<Void>.makeStream()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) {
                    _ = try await run(load, "sequential", .hold, log: SimulationLog { _ in begin.yield() })
                }
            }
            for await _ in started { break }
            group.cancelAll()
        }
    }

    @Test func `hold takes no requests, and a host has to exist`() async {
        let load = Load(clients: 1, timeout: 1, visit: .requests(1))
        await #expect(throws: SimulationError.self) {
            _ = try await Simulation(load, service: .hold, host: "127.0.0.1", port: 1, log: nil).run()
        }
        await #expect(throws: SimulationError.self) {
            _ = try await Simulation(load, service: .factor, host: "no.such.host.invalid", port: 1, log: nil).run()
        }
    }

    // MARK: The log

    @Test func `the log has the notes' lines`() async throws {
        let lines = Mutex<[String]>([])
        let log = SimulationLog(time: { "18:21:41,576" }, write: { line in lines.withLock { $0.append(line) } })
        let load = Load(clients: 2, timeout: 0.3, visit: .stay(seconds: 0.6))
        _ = try await run(load, "sequential", .hold, log: log)
        let told = lines.withLock { $0 }
            .map { $0.replacing(/127\.0\.0\.1:[0-9]+/, with: "127.0.0.1:7777").replacing("18:21:41,576 ", with: "") }
        #expect(told.first == "(Simulator) INFO Application start")
        #expect(told.contains("(Simulator) INFO 2 clients will connect to 127.0.0.1:7777 ..."))
        #expect(told.contains("(Simulator) DEBUG Connection timeout 0.3 sec"))
        #expect(told.contains("(Simulator) DEBUG Stay connected for 0.6 sec"))
        #expect(told.last == "(Simulator) INFO Terminating ...")
        #expect(
            told.filter { $0.hasPrefix("(Client-1)") } == [
                "(Client-1) DEBUG Trying to connect to 127.0.0.1:7777",
                "(Client-1) INFO Connected, waiting for service ...",
                "(Client-1) INFO Service available! Keeping it busy for 0.6 sec ...",
                "(Client-1) INFO Finished using a service ...",
                "(Client-1) INFO Disconnected ...",
            ])
        #expect(
            told.filter { $0.hasPrefix("(Client-2)") } == [
                "(Client-2) DEBUG Trying to connect to 127.0.0.1:7777",
                "(Client-2) INFO Connected, waiting for service ...",
                "(Client-2) ERROR Timeout waiting for service!",
                "(Client-2) INFO Disconnected ...",
            ])
    }
}
