import ServerForTests
import ServerModels
import Synchronization
import Testing

/// A server that stops finishes what is in hand, and nothing else.
struct StopTests {
    @Test(arguments: lastingModels)
    func `what is in hand at the stop is answered`(model: ModelName) async throws {
        let server = try server(model)
        async let running: Void = server.run()
        let client = try await Client(try #require(portOf(server.endpoint)))
        try await client.send("wait 300 a\n")
        try await eventually("it is handled") { server.counters.requests.count == 1 }
        server.stop()
        #expect(await client.rest() == "wait 300 a\n")
        try await running
        expectNothingLeft(server.counters.snapshot)
    }

    @Test(arguments: models)
    func `cancellation is a stop: what is in hand is answered`(model: ModelName) async throws {
        let server = try server(model)
        let running = Task { try await server.run() }
        let client = try await Client(try #require(portOf(server.endpoint)))
        try await client.send("wait 300 a\n")
        try await eventually("it is handled") { server.counters.requests.count == 1 }
        running.cancel()
        #expect(await client.rest() == "wait 300 a\n")
        try await running.value
        expectNothingLeft(server.counters.snapshot)
    }

    @Test(arguments: models)
    func `half a request is not handled because the server stops`(model: ModelName) async throws {
        let heard = Mutex<[String]>([])
        let server = try server(model, Script { line in heard.withLock { $0.append(line) } })
        async let running: Void = server.run()
        let client = try await Client(try #require(portOf(server.endpoint)))
        try await client.send("whole\nhal")
        #expect(try await client.line() == "whole\n")
        server.stop()
        #expect(await client.rest() == "")
        try await running
        #expect(server.counters.requests.count == 1)
        if !isProcesses(model) { #expect(heard.withLock(\.self) == ["whole"]) }
        expectNothingLeft(server.counters.snapshot)
    }

    @Test(arguments: models)
    func `clients that say nothing do not keep a server from ending`(model: ModelName) async throws {
        let server = try server(model)
        async let running: Void = server.run()
        let port = try #require(portOf(server.endpoint))
        let clients = [try await Client(port), try await Client(port), try await Client(port)]
        try await eventually("it serves") { server.counters.served.now >= 1 }
        server.stop()
        for client in clients { #expect(await client.rest() == "") }
        try await running
        expectNothingLeft(server.counters.snapshot)
    }

    @Test(arguments: models, ["wait 600000 a\n", "big 9000000\n"])
    func `what takes too long is cut`(model: ModelName, request: String) async throws {
        var limits = ModelLimits()
        limits.drainSeconds = 0
        let server = try server(model, limits: limits)
        async let running: Void = server.run()
        let client = try await Client(try #require(portOf(server.endpoint)), receiveBuffer: 4_096)
        try await client.send(request)
        try await eventually("it is handled") { server.counters.requests.count == 1 }
        server.stop()
        try await running
        expectNothingLeft(server.counters.snapshot)
        #expect(await client.rest().utf8.count < 9_000_000)
    }

    @Test(arguments: models.filter { $0 != .processPipeline(2) })
    func `a task that is waited for is cancelled when it takes too long`(model: ModelName) async throws {
        var limits = ModelLimits()
        limits.drainSeconds = 0
        let server = try server(model, Patient(), limits: limits)
        async let running: Void = server.run()
        let client = try await Client(try #require(portOf(server.endpoint)))
        try await client.send("000000000000000000000000000000000000")
        try await eventually("it is handled") { server.counters.requests.count == 1 }
        server.stop()
        try await running
        expectNothingLeft(server.counters.snapshot)
    }

    @Test(arguments: models)
    func `a server that was stopped before it ran serves nobody`(model: ModelName) async throws {
        let server = try server(model)
        server.stop()
        try await server.run()
        expectNothingLeft(server.counters.snapshot)
        #expect(server.counters.accepted.count == 0)
    }

    @Test(arguments: lastingModels)
    func `a stop under load answers no request twice and none out of order`(model: ModelName) async throws {
        for _ in 0..<5 {
            let heard = Mutex<[String: Int]>([:])
            let server = try server(model, Script { line in heard.withLock { $0[line, default: 0] += 1 } })
            let port = try #require(portOf(server.endpoint))
            async let running: Void = server.run()
            async let loads = Self.load(port)
            try await eventually("there is load") { server.counters.answers.count > 200 }
            server.stop()
            try await running
            for (number, (sent, answers)) in await loads.enumerated() {
                // The answers are those of the first requests; the last of them may be cut short with its connection.
                #expect(sent.hasPrefix(answers), "client \(number) got \(answers.suffix(100))")
            }
            #expect(heard.withLock { $0.values.allSatisfy { $0 == 1 } })
            let counters = server.counters.snapshot
            #expect(counters.answers <= counters.requests)
            expectNothingLeft(counters)
        }
    }

    /// Clients that come, send, and come again, until there is no server.
    private static func load(_ port: Int) async -> [(sent: String, answers: String)] {
        await withTaskGroup { group in
            for number in 0..<8 {
                group.addTask {
                    var visits: [(sent: String, answers: String)] = []
                    while let client = try? await Client(port) {
                        var (sent, answers) = ("", "")
                        for request in 0..<20 {
                            let line = "\(number).\(visits.count).\(request)\n"
                            sent += line
                            guard (try? await client.send(line)) != nil else { break }
                            // Some wait for each answer, some for none.
                            if number % 2 == 0, let answer = try? await client.line() { answers += answer }
                        }
                        client.finish()
                        visits.append((sent, answers + (await client.rest())))
                    }
                    return visits
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func server(
        _ model: ModelName, _ service: any Service = Script(), limits: ModelLimits = ModelLimits()
    ) throws -> ModelServer {
        try ModelServer(
            model, service: service, host: "127.0.0.1", port: 0, limits: limits, worker: worker("script"), logger: quiet
        )
    }

    private func isProcesses(_ model: ModelName) -> Bool { model.name == "process-pipeline" }

    /// Answers when it is cancelled.
    private struct Patient: Service {
        func framing() -> any RequestFraming { EchoAfter().framing() }
        func handle(_ request: [UInt8], from peer: Peer) throws -> Answer {
            .awaited {
                try await Task.sleep(for: .seconds(600))
                return request
            }
        }
        func failure(_ reason: String) -> [UInt8] { Array(reason.utf8) }
    }
}
