import Distributed
import PyroPartner
import PyroPartnerInterface
import PyroWire
import RemoteObjects
import Synchronization
import Testing

/// An object is there for as long as somebody holds it, and no longer.
struct LeaseTests {
    private static var short: RemoteObjectLimits {
        var limits = RemoteObjectLimits()
        limits.leaseSeconds = 1
        return limits
    }

    @Test func `an object that a process was given lasts while the process knows it, and ends after`() async throws {
        let ended = Tally()
        try await serving(limits: Self.short) { system, _ in
            let thing = try await system.named("thing") { Thing("thing", actorSystem: $0, ended: { ended.add() }) }
            try await Self.holdAndLetGo(system.uri(of: thing), ended)
            try await eventually("the child has ended") { ended.count == 1 }
            // The one that the program itself keeps does not end with what clients do.
            #expect(try await partner(system.uri(of: thing)).name() == "thing")
        }
    }

    private static func holdAndLetGo(_ uri: String, _ ended: Tally) async throws {
        let child = try await partner(uri, limits: Self.short).child("child").object
        // Many leases long: it is renewed.
        for _ in 0..<30 {
            try await Task.sleep(for: .milliseconds(100))
            #expect(try await child.name() == "child")
        }
        #expect(ended.count == 0)
    }

    @Test func `an object is given and let go again and again, and is there each time`() async throws {
        try await serving(limits: Self.short) { system, _ in
            let thing = try await system.named("thing") { Thing("thing", actorSystem: $0) }
            let caller = try partner(system.uri(of: thing), limits: Self.short)
            for round in 0..<200 {
                let child = try await caller.child("\(round)")
                #expect(try await child.object.name() == "\(round)")
                #expect(try await caller.nameOf(child) == "\(round)")
            }
        }
    }

    @Test func `an object that is passed on lasts for who was given it second`() async throws {
        let ended = Tally()
        try await serving(limits: Self.short) { first, _ in
            let thing = try await first.named("thing") { Thing("thing", actorSystem: $0, ended: { ended.add() }) }
            let uri = first.uri(of: thing)
            try await serving(limits: Self.short) { second, _ in
                let keeper = try await second.named("keeper") { Keeper(actorSystem: $0) }
                let keeperURI = second.uri(of: keeper)
                try await Self.passOn(from: uri, to: keeperURI)
                for _ in 0..<30 {
                    try await Task.sleep(for: .milliseconds(100))
                    #expect(try await keeper.ask() == "child")
                }
                #expect(ended.count == 0)
                try await keeper.forget()
                try await eventually("the child has ended") { ended.count == 1 }
            }
        }
    }

    private static func passOn(from uri: String, to keeper: String) async throws {
        let system = PyroActorSystem(limits: short, logger: quiet)
        let child = try await $Partner.resolve(id: RemoteObjectID(uri), using: system).child("child")
        try await Keeper.resolve(id: RemoteObjectID(keeper), using: system).keep(child)
    }

    @Test func `a client has no more objects than the limit, and may have others again when it lets some go`()
        async throws
    {
        var limits = Self.short
        limits.objectsPerClient = 3
        try await serving(limits: limits) { system, _ in
            let thing = try await system.named("thing") { Thing("thing", actorSystem: $0) }
            let caller = try partner(system.uri(of: thing), limits: Self.short)
            var children: [Reference<$Partner<PyroActorSystem>>] = []
            for number in 0..<3 { children.append(try await caller.child("\(number)")) }
            let error = await #expect(throws: PyroException.self) { try await caller.child("4") }
            #expect(error?.message.contains("holds 3 objects already") == true)
            children = []
            try await eventually("there is room again") { (try? await caller.child("5")) != nil }
        }
    }
}

/// Keeps what it is given.
distributed actor Keeper {
    typealias ActorSystem = PyroActorSystem

    private var kept: Reference<$Partner<PyroActorSystem>>?

    distributed func keep(_ object: Reference<$Partner<PyroActorSystem>>) { kept = object }
    distributed func ask() async throws -> String? { try await kept?.object.name() }
    distributed func forget() { kept = nil }
}

/// Counts.
final class Tally: Sendable {
    private let value = Atomic(0)

    func add() { value.add(1, ordering: .relaxed) }
    var count: Int { value.load(ordering: .relaxed) }
}
