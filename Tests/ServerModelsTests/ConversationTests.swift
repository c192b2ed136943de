import ServerForTests
import ServerModels
import Testing

/// What a client gets does not depend on the model.
struct ConversationTests {
    private static let uuid = "00000000-1111-2222-3333-444444444444"

    @Test(arguments: models)
    func `an echo is the request, one after the other on one connection`(model: ModelName) async throws {
        try await serving(model, EchoAfter(), "echo") { serving in
            let client = try await serving.client()
            for number in 0..<50 {
                let request = String(Self.uuid.dropLast(2)) + "\(10 + number)"
                try await client.send(request)
                #expect(try await client.receive(36) == request)
            }
            client.finish()
            #expect(await client.rest() == "")
            #expect(serving.counters.requests.count == 50)
            #expect(serving.counters.answers.count == 50)
        }
    }

    @Test(arguments: models)
    func `a number is answered with its factors, a word with an error, and the connection goes on`(
        model: ModelName
    ) async throws {
        try await serving(model, Factor(), "factor") { serving in
            let client = try await serving.client()
            try await client.send("12\nword\n0\r\n\n1\n97\r\n")
            client.finish()
            let error = "error: a request is a line with an integer over 0 of at most 80 digits\n"
            #expect(await client.rest() == "12: 2 2 3\n" + error + error + error + "1:\n97: 97\n")
            #expect(serving.counters.failures.count == 3)
        }
    }

    @Test(arguments: models)
    func `hold says one byte and the end, and waits for the client to leave`(model: ModelName) async throws {
        try await serving(model, Hold(), "hold") { serving in
            let client = try await serving.client()
            #expect(await client.rest() == "1")
            #expect(serving.counters.served.now == 1)
            client.finish()
            try await eventually("the client is gone") { serving.counters.open.now == 0 }
            #expect(serving.counters.broken.count == 0)
        }
    }

    @Test(arguments: models)
    func `pipelined requests are answered in their order, whatever time each takes`(model: ModelName) async throws {
        let requests = (0..<60).map { number in
            switch number % 5 {
            case 0: "wait \(30 - number / 2) \(number)\n"
            case 1: "later \(number)\n"
            case 2: "throw \(number)\n"
            default: "plain \(number)\n"
            }
        }
        let answers = requests.map { $0.hasPrefix("throw") ? "error: as you wish\n" : $0 }.joined()
        try await serving(model) { serving in
            let client = try await serving.client()
            try await client.send(requests.joined())
            client.finish()
            #expect(await client.rest() == answers)
            #expect(serving.counters.answers.count == 60)
            #expect(serving.counters.failures.count == 12)
        }
    }

    @Test(arguments: models)
    func `requests in pieces of a byte are whole requests`(model: ModelName) async throws {
        try await serving(model, EchoAfter(), "echo") { serving in
            let client = try await serving.client()
            for byte in (Self.uuid + Self.uuid).utf8 { try await client.send([byte]) }
            #expect(try await client.receive(72) == Self.uuid + Self.uuid)
            // Cut anywhere: the end of one with the start of the next.
            let three = Array((Self.uuid + Self.uuid + Self.uuid).utf8)
            for cut in stride(from: 1, to: 108, by: 7) {
                try await client.send(Array(three[..<cut]))
                try await client.send(Array(three[cut...]))
                #expect(try await client.receive(108) == Self.uuid + Self.uuid + Self.uuid)
            }
        }
    }

    @Test(arguments: models)
    func `a client that has shut its side gets its answers, a big one at its own pace`(model: ModelName) async throws {
        try await serving(model) { serving in
            let client = try await Client(serving.port, receiveBuffer: 4_096)
            try await client.send("wait 20 a\nbig 9000000\nlast")
            client.finish()
            // The kernel between them has no room for this: the server has to wait.
            try await eventually("it answers") { serving.counters.requests.count >= 2 }
            let rest = await client.rest()
            #expect(rest.utf8.count == 10 + 9_000_001 + 5)
            #expect(rest.hasPrefix("wait 20 a\nxxx") && rest.hasSuffix("x\nlast\n"))
        }
    }

    @Test(arguments: parallelModels)
    func `clients at the same time each get their own answers`(model: ModelName) async throws {
        try await serving(model) { serving in
            try await withThrowingTaskGroup { group in
                for number in 0..<20 {
                    group.addTask {
                        let client = try await serving.client()
                        for round in 0..<20 {
                            let request = round % 7 == 0 ? "wait 1 \(number)-\(round)\n" : "\(number)-\(round)\n"
                            try await client.send(request)
                            #expect(try await client.line() == request)
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await eventually("all are gone") { serving.counters.open.now == 0 }
            let counters = serving.counters.snapshot
            #expect(counters.accepted == 20)
            #expect(counters.requests == 400)
            #expect(counters.answers == 400)
            #expect(counters.broken + counters.left + counters.failures + counters.refused == 0)
        }
    }
}
