import ServerForTests
import ServerModels
import Testing

/// No client harms another one, whatever it does.
struct BadClientTests {
    @Test(arguments: lastingModels)
    func `clients that reset in any phase are cleared away, and others served`(model: ModelName) async throws {
        try await serving(model) { serving in
            for phase in 0..<6 {
                let client = try await serving.client()
                switch phase {
                case 0: break
                case 1: try await client.send("ha")
                case 2:
                    try await client.send("wait 50 reset\n")
                    try await eventually("it is handled") { serving.counters.requests.count == 1 }
                case 3:
                    try await client.send("later reset\n")
                case 4:
                    try await client.send("big 9000000\n")
                    try await eventually("it is handled") { serving.counters.requests.count >= 3 }
                default:
                    try await client.send("a\nb\n")
                    _ = try await client.line()
                    client.finish()
                }
                client.reset()
                try await eventually("phase \(phase) is over") {
                    serving.counters.open.now == 0 && serving.counters.accepted.count == phase + 1
                }
            }
            try await expectService(serving)
        }
    }

    @Test(arguments: models)
    func `a client that vanishes before it is greeted harms nobody`(model: ModelName) async throws {
        let server = try ModelServer(
            model, service: Hold(), host: "127.0.0.1", port: 0, worker: worker("hold"), logger: quiet)
        let port = try #require(portOf(server.endpoint))
        // They are gone before anybody accepts them.
        let finished = try await Client(port)
        finished.finish()
        let vanished = try await Client(port)
        vanished.reset()
        async let running: Void = server.run()
        try await eventually("they are gone") {
            server.counters.accepted.count >= (model == .oneClient ? 1 : 2) && server.counters.open.now == 0
        }
        server.stop()
        try await running
        expectNothingLeft(server.counters.snapshot)
        // Who waits for readiness finds the end of a client at once, and has served it; threads look first, and find it unless a
        // reset is still on its way.
        if ![.eventLoop(2), .tasks].contains(model) {
            #expect((1...server.counters.accepted.count).contains(server.counters.left.count))
            #expect(server.counters.broken.count == 0)
        }
    }

    @Test(arguments: lastingModels, [nil, "ha", "refuse\n", "big 9000000\n"])
    func `a client that does nothing more is cut when it is idle for too long`(model: ModelName, first: String?)
        async throws
    {
        var limits = ModelLimits()
        limits.idleSeconds = 1
        try await serving(model, limits: limits) { serving in
            let client = try await Client(serving.port, receiveBuffer: 4_096)
            if let first { try await client.send(first) }
            try await eventually("it is cut") { serving.counters.open.now == 0 && serving.counters.accepted.count == 1 }
            if first != "refuse\n" { #expect(serving.counters.broken.count == 1) }
            try await expectService(serving)
        }
    }

    @Test(arguments: models)
    func `a request may take longer than a client may be idle`(model: ModelName) async throws {
        var limits = ModelLimits()
        limits.idleSeconds = 1
        try await serving(model, limits: limits) { serving in
            // On a busy machine the client itself may be idle for too long.
            for attempt in 1...(model == .oneClient ? 1 : 5) {
                let broken = serving.counters.broken.count
                let client = try await serving.client()
                try await client.send("wait 2500 a\n")
                let answer = try? await client.line()
                if answer == "wait 2500 a\n", serving.counters.broken.count == broken { return }
                try #require(attempt < 5, "got \(answer ?? "nothing")")
            }
        }
    }

    @Test(arguments: models)
    func `a client that takes no answers is not read for ever`(model: ModelName) async throws {
        var limits = ModelLimits()
        limits.idleSeconds = 1
        try await serving(model, limits: limits) { serving in
            let client = try await Client(serving.port, receiveBuffer: 4_096)
            // 300 MB of answers: what the kernel takes of them, and a little more, is made.
            try await client.send(String(repeating: "big 100000\n", count: 3_000))
            try await eventually("it is cut") { serving.counters.open.now == 0 && serving.counters.accepted.count == 1 }
            #expect(serving.counters.requests.count < 300)
            #expect(serving.counters.answers.count <= serving.counters.requests.count)
        }
    }

    @Test(arguments: models, ["\n", "1"])
    func `a line over the digits is refused, wherever it is cut`(model: ModelName, end: String) async throws {
        try await serving(model, Factor(), "factor") { serving in
            let client = try await serving.client()
            try await client.send("6\n" + String(repeating: "1", count: 81))
            #expect(try await client.line() == "6: 2 3\n")
            try await client.send("1" + end + "8\n")
            #expect(try await client.line() == "error: a line has at most 80 digits\n")
            #expect(await client.rest() == "")
            client.finish()
            try await eventually("it is gone") { serving.counters.open.now == 0 }
            #expect(serving.counters.refused.count == 1)
        }
    }

    @Test(arguments: models)
    func `who is refused sees the answers before, and why`(model: ModelName) async throws {
        try await serving(model) { serving in
            let client = try await serving.client()
            try await client.send("wait 50 a\nb\nrefuse\nc\n" + String(repeating: "x", count: 500_000))
            #expect(await client.rest() == "wait 50 a\nb\nrefused\n")
            client.finish()
            try await eventually("it is gone") { serving.counters.open.now == 0 }
            #expect(serving.counters.refused.count == 1)
            #expect(serving.counters.requests.count == 2)
        }
    }

    @Test(arguments: models)
    func `who is refused and goes on sending is cut after the bytes that are thrown away`(model: ModelName) async throws
    {
        var limits = ModelLimits()
        limits.discardedBytes = 100_000
        try await serving(model, limits: limits) { serving in
            let client = try await serving.client()
            try await client.send("refuse\n")
            #expect(await client.rest() == "refused\n")
            await #expect(throws: Client.Failed.self) {
                while true { try await client.send([UInt8](repeating: 0x78, count: 50_000)) }
            }
        }
    }

    /// A good client is served.
    private func expectService(_ serving: Serving, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        // On a busy machine it may be idle for too long itself.
        for _ in 0..<20 {
            let client = try await serving.client()
            if (try? await client.send("good\n")) != nil, (try? await client.line()) == "good\n" { return }
        }
        Issue.record("nobody is served", sourceLocation: sourceLocation)
    }
}
