import PyroPartner
import PyroPartnerInterface
import PyroWire
import RemoteObjects
import Testing

/// What becomes of a call, and what its caller is told.
struct CallTests {
    @Test func `every operation that one program does with another works`() async throws {
        try await serving { system, _ async throws in
            let thing = try await system.named("thing") { Thing("thing", actorSystem: $0) }
            let id = try RemoteObjectID(system.uri(of: thing))
            for serializer in [PyroSerializer.serpent, .json, .msgpack] {
                for line in try await Operations(
                    id, PyroActorSystem(serializer: serializer, logger: quiet)
                ).outcomes() {
                    #expect(!line.contains("failure"), "\(serializer.name): \(line)")
                }
            }
        }
    }

    @Test func `a generic function is called for the types of its caller`() async throws {
        try await serving { system, _ async throws in
            let thing = try await system.named("thing") { Thing("thing", actorSystem: $0) }
            let caller = try Thing.resolve(
                id: RemoteObjectID(system.uri(of: thing)), using: PyroActorSystem(logger: quiet))
            #expect(try await caller.generic([1, 2, 3]) == 3)
            #expect(try await caller.generic(["a", "b"]) == "b")
            #expect(try await caller.generic([Item(title: "i", price: 1)])?.title == "i")
            #expect(try await caller.generic([Int]()) == nil)
        }
    }

    @Test func `a slow call delays nobody else`() async throws {
        try await serving { system, _ async throws in
            let thing = try await system.named("thing") { Thing("thing", actorSystem: $0) }
            let uri = system.uri(of: thing)
            let slow = Task { try await partner(uri).sleep(600) }
            for _ in 0..<50 { #expect(try await partner(uri).add(1, to: 1) == 2) }
            slow.cancel()
            await #expect(throws: RemoteObjectError.self) { try await slow.value }
        }
    }

    @Test func `nobody listens: the call was not sent`() async throws {
        let error = await #expect(throws: RemoteObjectError.self) {
            try await partner("PYRO:thing@127.0.0.1:1").name()
        }
        guard case .notSent(let id, let reason) = try #require(error) else { throw try #require(error) }
        #expect("\(id)" == "PYRO:thing@127.0.0.1:1")
        #expect(reason == "cannot connect to 127.0.0.1:1: Connection refused")
    }

    @Test func `the server ends under its client, and comes back: one call is lost at most, and said to be`()
        async throws
    {
        let (port, caller) = try await serving { system, server async throws in
            let thing = try await system.named("thing") { Thing("thing", actorSystem: $0) }
            let caller = try partner(system.uri(of: thing))
            #expect(try await caller.name() == "thing")
            return (try #require(server.endpoint.split(separator: ":").last.flatMap { Int($0) }), caller)
        }
        await #expect(throws: RemoteObjectError.self) { try await caller.name() }
        let system = PyroActorSystem(logger: quiet)
        let server = try await PyroServer(system, port: port)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let thing = try await system.named("thing") { Thing("again", actorSystem: $0) }
            #expect(try await caller.name() == "again")
            _ = thing
            group.cancelAll()
        }
    }

    @Test func `a call that was sent and not answered is said to be so`() async throws {
        var limits = RemoteObjectLimits()
        limits.callSeconds = 0.1
        let impatient = limits
        try await serving { system, _ async throws in
            let thing = try await system.named("thing") { Thing("thing", actorSystem: $0) }
            let caller = try partner(system.uri(of: thing), limits: impatient)
            let error = await #expect(throws: RemoteObjectError.self) { try await caller.sleep(60) }
            guard case .outcomeUnknown(_, let reason) = try #require(error) else { throw try #require(error) }
            #expect(reason == "no answer after 0.1 s")
            #expect(try await caller.name() == "thing")
        }
    }

    @Test func `who does not say the right word is told why, and calls nothing`() async throws {
        try await serving(admission: { handshake, _ in
            guard handshake == "sesame" else { throw WrongWord() }
            return "come in"
        }) { system, _ in
            let thing = try await system.named("thing") { Thing("thing", actorSystem: $0) }
            let uri = system.uri(of: thing)
            let error = await #expect(throws: RemoteObjectError.self) { try await partner(uri).name() }
            #expect(error?.description.contains("refused the connection: the word is another one") == true)
            let known = PyroActorSystem(handshake: "sesame", logger: quiet)
            #expect(try await $Partner.resolve(id: RemoteObjectID(uri), using: known).name() == "thing")
        }
    }

    @Test func `an object of this process is called without a server`() async throws {
        let system = PyroActorSystem(logger: quiet)
        let stub = try Reference<$Partner<PyroActorSystem>>(to: Thing("near", actorSystem: system)).object
        #expect(try await stub.name() == "near")
        await #expect(throws: Overdrawn(missing: 4)) { try await stub.withdraw(4) }
        var numbers: [Int] = []
        for try await number in try await stub.count(upTo: 3) { numbers.append(number) }
        #expect(numbers == [0, 1, 2])
    }

    @Test func `two objects cannot have one name`() async throws {
        let system = PyroActorSystem(logger: quiet)
        let first = try await system.named("thing") { Thing("first", actorSystem: $0) }
        await #expect(throws: RemoteObjectError.nameTaken("thing")) {
            try await system.named("thing") { Thing("second", actorSystem: $0) }
        }
        #expect(try await first.name() == "first")
    }

    @Test(arguments: [
        "", "thing", "PYRO:thing", "PYRONAME:thing", "PYRO:thing@./u:/socket", "http://host:1", "PYRO:a@b:x",
    ])
    func `what is no reference to an object is refused`(text: String) {
        #expect(throws: RemoteObjectError.self) { try RemoteObjectID(text) }
    }

    private struct WrongWord: Error, CustomStringConvertible {
        let description = "the word is another one"
    }
}
