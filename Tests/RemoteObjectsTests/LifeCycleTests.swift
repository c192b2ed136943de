import Foundation
import PyroPartner
import PyroWire
import RemoteObjects
import Testing

/// Objects that are made when they are called, put away when they are not, and that move.
struct LifeCycleTests {
    private func counter(_ name: String, _ server: PyroServer, _ system: PyroActorSystem? = nil) throws -> Counter {
        try Counter.resolve(
            id: RemoteObjectID("PYRO:counters/\(name)@\(server.endpoint)"),
            using: system ?? PyroActorSystem(logger: quiet))
    }

    @Test func `the first call makes the object, once, whoever comes first`() async throws {
        try await serving { system, server async throws in
            await system.activate(Counter.self, under: "counters/", store: MemoryStates())
            let numbers = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<30 { group.addTask { try await counter("a", server).increment() } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(numbers == Set(1...30))
            #expect(try await counter("b", server).increment() == 1)
            #expect(try await counter("b", server).whoami() == "b")
        }
    }

    @Test func `those who are refused go on where they came from, however busy the program is with its objects`()
        async throws
    {
        try await serving { system, server async throws in
            await system.activate(Counter.self, under: "counters/", store: MemoryStates())
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        while !Task.isCancelled {
                            await system.activate(Counter.self, under: "others/", store: MemoryStates())
                        }
                        return false
                    }
                }
                for _ in 0..<Self.refused {
                    group.addTask {
                        await #expect(throws: (any Error).self) {
                            try await counter("forbidden", server).whoami()
                        } != nil
                    }
                }
                var refused = 0
                while refused < Self.refused, let wasRefused = try await group.next() { refused += wasRefused ? 1 : 0 }
                group.cancelAll()
            }
        }
    }

    private static let refused = 400

    @Test func `an object that does not want to be made is an error to its caller, who may try again`() async throws {
        try await serving { system, server async throws in
            await system.activate(Counter.self, under: "counters/", store: MemoryStates())
            for _ in 0..<3 {
                let error = await #expect(throws: (any Error).self) { try await counter("forbidden", server).whoami() }
                #expect("\(try #require(error))".contains("there is no such counter"))
            }
            let unknown = await #expect(throws: PyroException.self) { try await counter("", server).whoami() }
            #expect(unknown?.message == "unknown object")
        }
    }

    @Test func `an object that nobody calls is put away and comes back as it was, and no call is lost meanwhile`()
        async throws
    {
        let store = MemoryStates()
        try await serving { system, server async throws in
            await system.activate(Counter.self, under: "counters/", store: store, idle: .zero)
            #expect(try await counter("a", server).increment() == 1)
            try await eventually("it is put away") { await store.load("counters/a") != nil }
            #expect(try await counter("a", server).increment() == 2)
            // Through several sweeps, each of which may put it away between two calls.
            let caller = try counter("a", server)
            let end = ContinuousClock.now + .seconds(3)
            var calls = 2
            while ContinuousClock.now < end {
                calls += 1
                #expect(try await caller.increment() == calls)
            }
        }
    }

    @Test func `a stop saves what is there, and another process goes on from it`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "states-\(UUID()).sqlite").path
        defer { for end in ["", "-journal"] { try? FileManager.default.removeItem(atPath: file + end) } }
        for round in 0..<3 {
            let store = try SQLiteStates(path: file)
            try await serving { system, server async throws in
                await system.activate(Counter.self, under: "counters/", store: store, idle: .seconds(600))
                #expect(try await counter("a", server).value == round * 10)
                for _ in 0..<10 { _ = try await counter("a", server).increment() }
            }
        }
    }

    @Test func `an object moves, its calls follow it, and none is lost or done twice`() async throws {
        let (before, after) = (MemoryStates(), MemoryStates())
        try await serving { first, firstServer async throws in
            try await serving { second, secondServer async throws in
                await first.activate(Counter.self, under: "counters/", store: before)
                await second.activate(Counter.self, under: "counters/", store: after, isMovable: true)
                let calls = 200
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<5 {
                        let caller = try counter("a", firstServer)
                        group.addTask {
                            var last = 0
                            for _ in 0..<calls { last = max(last, try await caller.increment()) }
                            return last
                        }
                    }
                    try await eventually("it is at work") { try await counter("a", firstServer).value > 50 }
                    try await first.move("counters/a", to: secondServer.endpoint)
                    let most = try await group.reduce(0) { max($0, $1) }
                    #expect(most == 5 * calls)
                }
                #expect(try await counter("a", secondServer).value == 5 * calls)
                // Who has never heard of the new place is served at the old one.
                #expect(try await counter("a", firstServer).value == 5 * calls)
                #expect(await before.load("counters/a") == nil)
                // And back again.
                await first.activate(Counter.self, under: "counters/", store: before, isMovable: true)
                try await second.move("counters/a", to: firstServer.endpoint)
                #expect(try await counter("a", secondServer).increment() == 5 * calls + 1)
            }
        }
    }

    @Test func `an object that is not taken in stays where it is`() async throws {
        try await serving { first, firstServer async throws in
            try await serving { _, secondServer async throws in
                await first.activate(Counter.self, under: "counters/", store: MemoryStates())
                #expect(try await counter("a", firstServer).increment() == 1)
                let error = await #expect(throws: PyroException.self) {
                    try await first.move("counters/a", to: secondServer.endpoint)
                }
                #expect(error?.message == "objects named counters/a are not taken in here")
                #expect(try await counter("a", firstServer).increment() == 2)
                await #expect(throws: RemoteObjectError.self) {
                    try await first.move("counters/a", to: "127.0.0.1:1")
                }
                #expect(try await counter("a", firstServer).increment() == 3)
            }
        }
    }
}

/// States in memory.
actor MemoryStates: StateStore {
    private var states: [String: Data] = [:]

    func load(_ object: String) -> Data? { states[object] }
    func save(_ state: Data, of object: String) { states[object] = state }
    func remove(_ object: String) { states[object] = nil }
}
