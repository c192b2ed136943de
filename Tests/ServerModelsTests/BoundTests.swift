import ServerForTests
import ServerModels
import Testing

/// What each model's file says of its bounds happens.
struct BoundTests {
    @Test(arguments: lastingModels)
    func `no more connections than the limit are open, and all are served in the end`(model: ModelName) async throws {
        var limits = ModelLimits()
        limits.connections = 3
        try await serving(model, limits: limits) { serving in
            try await expectAllServed(serving, clients: 20)
            #expect((1...3).contains(serving.counters.open.peak))
        }
    }

    @Test(arguments: lastingModels)
    func `queues of one entry serve all in the end`(model: ModelName) async throws {
        var limits = ModelLimits()
        limits.queued = 1
        try await serving(model, limits: limits) { serving in
            try await expectAllServed(serving, clients: 20)
            #expect(serving.counters.queued.peak <= 1)
            if ["pipeline", "managers", "process-pipeline"].contains(model.name) {
                #expect(serving.counters.open.peak == 1)
            }
        }
    }

    @Test(arguments: [ModelName.threadPerConnection, .threadPerRequest, .managers])
    func `models that make threads make no more than the limit`(model: ModelName) async throws {
        var limits = ModelLimits()
        limits.threads = 2
        try await serving(model, limits: limits) { serving in
            try await expectAllServed(serving, clients: 20)
            switch model {
            case .threadPerConnection: #expect(serving.counters.threads.peak <= 1 + 2)
            case .threadPerRequest: #expect(serving.counters.threads.peak <= 1 + 2 + 2)
            default: #expect(serving.counters.threads.peak <= 1 + 3 + 3)
            }
        }
    }

    @Test(arguments: [1, 3])
    func `a connection has no more requests in hand than the limit`(limit: Int) async throws {
        var limits = ModelLimits()
        limits.requestsInFlight = limit
        try await serving(.threadPerRequest, limits: limits) { serving in
            let requests = (0..<12).map { "wait 20 \($0)\n" }.joined()
            let client = try await serving.client()
            try await client.send(requests)
            client.finish()
            #expect(await client.rest() == requests)
            #expect((1...limit).contains(serving.counters.busy.peak))
        }
    }

    @Test func `prefork serves as many as it has threads, the others wait in the queue`() async throws {
        try await serving(.prefork(2), Hold(), "hold") { serving in
            var clients: [Client] = []
            for _ in 0..<5 { clients.append(try await serving.client()) }
            try await eventually("three wait") { serving.counters.queued.now == 3 }
            #expect(serving.counters.served.now == 2)
            // They are served in the order they came, each as soon as there is a thread.
            for client in clients {
                #expect(try await client.receive(1) == "1")
                client.finish()
            }
            try await eventually("all are gone") { serving.counters.open.now == 0 }
            #expect(serving.counters.left.count == 0)
        }
    }

    @Test func `one-client serves the first, and refuses the rest`() async throws {
        let server = try ModelServer(.oneClient, service: Hold(), host: "127.0.0.1", port: 0, logger: quiet)
        let port = try #require(portOf(server.endpoint))
        async let running: Void = server.run()
        let first = try await Client(port)
        #expect(try await first.receive(1) == "1")
        let others = [try await Client(port), try await Client(port)]
        first.finish()
        // Nobody has to stop it.
        try await running
        for other in others { #expect(await other.rest() == "") }
        await #expect(throws: Client.Failed.self) { _ = try await Client(port) }
        #expect(server.counters.accepted.count == 1)
        expectNothingLeft(server.counters.snapshot)
    }

    @Test func `sequential serves one client at a time`() async throws {
        try await serving(.sequential, Hold(), "hold") { serving in
            let first = try await serving.client()
            #expect(try await first.receive(1) == "1")
            let second = try await serving.client()
            let third = try await serving.client()
            third.finish()
            first.finish()
            #expect(try await second.receive(1) == "1")
            second.finish()
            // The third has left when its turn comes.
            try await eventually("all are dealt with") {
                serving.counters.accepted.count == 3 && serving.counters.open.now == 0
            }
            #expect(serving.counters.left.count == 1)
            #expect(serving.counters.open.peak == 1)
        }
    }

    @Test func `a port that is taken is an error with the address`() async throws {
        try await serving(.sequential) { serving in
            let error = #expect(throws: ListenError.self) {
                _ = try ModelServer(
                    .tasks, service: Script(), host: "127.0.0.1", port: serving.port, logger: quiet)
            }
            let words = "cannot listen on 127.0.0.1:\(serving.port): another program is using that port."
            #expect(error?.description.hasPrefix(words) == true)
        }
    }

    private func expectAllServed(_ serving: Serving, clients: Int) async throws {
        try await withThrowingTaskGroup { group in
            for number in 0..<clients {
                group.addTask {
                    let client = try await serving.client()
                    for request in ["\(number)\n", "wait 2 \(number)\n", "later \(number)\n"] {
                        try await client.send(request)
                        #expect(try await client.line() == request)
                    }
                }
            }
            try await group.waitForAll()
        }
        try await eventually("all are gone") { serving.counters.open.now == 0 }
        #expect(serving.counters.accepted.count == clients)
        #expect(serving.counters.answers.count == 3 * clients)
        #expect(serving.counters.broken.count == 0)
    }
}
