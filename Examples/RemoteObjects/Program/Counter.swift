// A counter that is made when somebody calls it, is put away when nobody does, and moves to another server.

import Distributed
import Foundation
import RemoteObjects
import RemoteObjectsExampleInterface

distributed actor PersistentCounter: Counter, Persistent {
    typealias ActorSystem = PyroActorSystem

    private var number: Int

    init(named name: String, restoring state: Int?, actorSystem: PyroActorSystem) {
        self.actorSystem = actorSystem
        number = state ?? 0
    }

    /// What is saved, and what travels.
    func state() -> Int { number }

    distributed func increment() -> Int {
        number += 1
        return number
    }
}

distributed actor PlaceOfCounters: CounterPlace {
    typealias ActorSystem = PyroActorSystem

    distributed func move(_ name: String, to place: String) async throws {
        try await actorSystem.move(name, to: place)
    }
}

func serveCounters() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "counters-\(UUID()).sqlite")
    try await serve { system in
        await system.activate(
            PersistentCounter.self, under: "counter/", store: try SQLiteStates(path: file.path), idle: .seconds(10),
            isMovable: true)
        let place = try await system.named("counters") { PlaceOfCounters(actorSystem: $0) }
        return system.uri(of: place)
    }
}

/// - Parameters:
///   - first: where the counter is made.
///   - second: where it goes.
func callCounter(at first: String, then second: String) async throws {
    let system = PyroActorSystem()
    let (from, to) = (try RemoteObjectID(first), try RemoteObjectID(second))
    let counter = try $Counter.resolve(id: RemoteObjectID("PYRO:counter/a@\(from.location!)"), using: system)
    say("first server: \(try await counter.increment())")
    say("first server: \(try await counter.increment())")
    try await $CounterPlace.resolve(id: from, using: system).move("counter/a", to: to.location!)
    say("after the move: \(try await counter.increment())")
    let moved = try $Counter.resolve(id: RemoteObjectID("PYRO:counter/a@\(to.location!)"), using: system)
    say("second server: \(try await moved.increment())")
}
