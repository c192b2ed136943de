import Distributed
import PyroPartner
import PyroWire
import RemoteObjects
import Testing

/// The names that foreign callers use are those of the functions. How they are found is no documented interface of Swift's: a
/// toolchain that does it differently is to be seen here first.
struct MethodNameTests {
    @Test func `an object says what can be called on it, what is read, and what is one-way`() async throws {
        try await serving { system, server async throws in
            let thing = try await system.named("thing") { Thing("thing", actorSystem: $0) }
            let nested = try await system.named("nested") { Outer.Nested(actorSystem: $0) }
            let generic = try await system.named("generic") { Shelf<Int>(actorSystem: $0) }
            let daemon = try Daemon.resolve(
                id: RemoteObjectID("PYRO:Pyro.Daemon@\(server.endpoint)"), using: PyroActorSystem(logger: quiet))
            let said = try await daemon.get_metadata("thing")
            #expect(
                Set(said["methods"]?.asItems?.compactMap(\.asText) ?? []) == [
                    "echo", "add", "anything", "order", "nothing", "fail", "withdraw", "setSize", "grow", "count",
                    "breakingCount", "child", "name", "nameOf", "sleep", "optional", "generic",
                ])
            #expect(said["attrs"]?.asItems == ["size"])
            #expect(said["oneway"]?.asItems == ["grow"])
            #expect(try await daemon.get_metadata("nested")["methods"]?.asItems == ["inside"])
            #expect(try await daemon.get_metadata("generic")["methods"]?.asItems == ["label"])
            let away = PyroActorSystem(logger: quiet)
            #expect(
                try await Outer.Nested.resolve(id: RemoteObjectID(system.uri(of: nested)), using: away).inside() == 1)
            let shelf = try Shelf<Int>.resolve(id: RemoteObjectID(system.uri(of: generic)), using: away)
            #expect(try await shelf.label("x") == "x of Int")
            let hidden = try await system.named("hidden") { Hidden(actorSystem: $0) }
            #expect(try await daemon.get_metadata("hidden")["methods"]?.asItems == ["seek"])
            #expect(try await Hidden.resolve(id: RemoteObjectID(system.uri(of: hidden)), using: away).seek() == "found")
            withExtendedLifetime(thing) {}
        }
    }
}

/// What every daemon has, as a Swift program may call it.
distributed actor Daemon {
    typealias ActorSystem = PyroActorSystem

    distributed func get_metadata(_ object: String) -> PyroValue { .none }
}

private distributed actor Hidden {
    typealias ActorSystem = PyroActorSystem

    distributed func seek() -> String { "found" }
}

enum Outer {
    distributed actor Nested {
        typealias ActorSystem = PyroActorSystem

        distributed func inside() -> Int { 1 }
    }
}

distributed actor Shelf<Value: Sendable> {
    typealias ActorSystem = PyroActorSystem

    distributed func label(_ text: String) -> String { "\(text) of \(Value.self)" }
}
