import PyroPartner
import PyroPartnerInterface
import PyroWire
import RemoteObjects
import Testing

/// Each bound, one past its edge: refused with a reason, and nothing else is harmed.
struct LimitTests {
    /// A system with one limit changed, and a call to an object of it.
    private func limited(
        _ change: (inout RemoteObjectLimits) -> Void,
        _ body: @escaping @Sendable (_ uri: String, _ caller: $Partner<PyroActorSystem>) async throws -> Void
    ) async throws {
        var limits = RemoteObjectLimits()
        change(&limits)
        try await serving(limits: limits) { system, _ in
            let thing = try await system.named("thing") { Thing("thing", actorSystem: $0) }
            let uri = system.uri(of: thing)
            try await body(uri, try partner(uri))
            #expect(try await partner(uri).name() == "thing")
        }
    }

    @Test func `a message over the limit ends its connection`() async throws {
        try await limited({ $0.messageBytes = 10_000 }) { _, caller async throws in
            #expect(try await caller.echo(String(repeating: "x", count: 9_000)).count == 9_000)
            await #expect(throws: RemoteObjectError.self) {
                try await caller.echo(String(repeating: "x", count: 10_000))
            }
        }
    }

    @Test func `a value that is nested too deep is an error to its call alone`() async throws {
        try await limited({ $0.depth = 20 }) { _, caller async throws in
            func nested(_ levels: Int) -> PyroValue { (0..<levels).reduce(.int(1)) { value, _ in .list([value]) } }
            #expect(try await caller.anything(nested(15)) == nested(15))
            let error = await #expect(throws: PyroException.self) { try await caller.anything(nested(25)) }
            #expect(error?.name == "SerializeError")
            #expect(try await caller.anything(nested(15)) == nested(15))
        }
    }

    @Test func `one connection over the limit is refused`() async throws {
        try await limited({ $0.connections = 3 }) { uri, _ async throws in
            var callers: [$Partner<PyroActorSystem>] = []
            for _ in 0..<3 {
                callers.append(try partner(uri))
                #expect(try await callers.last?.name() == "thing")
            }
            let error = await #expect(throws: RemoteObjectError.self) { try await partner(uri).name() }
            #expect(error?.description.contains("too many connections") == true)
            withExtendedLifetime(callers) {}
            // The others end with their callers.
            callers = []
            try await eventually("there is room again") { (try? await partner(uri).name()) != nil }
        }
    }

    @Test func `one stream over the limit is refused, and there is room when one ends`() async throws {
        try await limited({ $0.streams = 2 }) { _, caller async throws in
            let first = try await caller.count(upTo: 3)
            let second = try await caller.count(upTo: 1_000)
            let error = await #expect(throws: PyroException.self) { try await caller.count(upTo: 3) }
            #expect(error?.message.contains("has 2 streams open") == true)
            for try await _ in first {}
            let third = try await caller.count(upTo: 2)
            var numbers: [Int] = []
            for try await number in third { numbers.append(number) }
            #expect(numbers == [0, 1])
            withExtendedLifetime(second) {}
        }
    }

    @Test func `calls over the number of connections wait for one, and those over that are not sent`() async throws {
        var limits = RemoteObjectLimits()
        (limits.connectionsPerPeer, limits.waitingCalls) = (2, 3)
        let few = limits
        try await serving { system, _ async throws in
            let thing = try await system.named("thing") { Thing("thing", actorSystem: $0) }
            let caller = try partner(system.uri(of: thing), limits: few)
            let results = await withTaskGroup(of: Result<String, any Error>.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        do { return .success(try await caller.sleep(1)) } catch { return .failure(error) }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let failures = results.compactMap { if case .failure(let error) = $0 { "\(error)" } else { nil } }
            #expect(failures.count == 20 - 5)
            #expect(failures.allSatisfy { $0.contains("3 calls to") && $0.contains("are waiting already") })
        }
    }
}
