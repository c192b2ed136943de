import Foundation
import Logging
import NIOCore
import PyroWire

/// Makes objects when they are called, and puts those away that nobody calls.
actor Activations {
    /// Kinds, by their prefixes.
    private var kinds: [String: ObjectKind] = [:]
    /// What is being made, put away or moved: whoever wants the object waits for that first.
    private var changes: [String: Task<Void, any Error>] = [:]
    private var active: [String: ActiveObject] = [:]
    private var sweeper: Task<Void, Never>?

    func add(_ kind: ObjectKind, in system: PyroActorSystem) {
        kinds[kind.prefix] = kind
        guard sweeper == nil else { return }
        // Unstructured: it lasts as long as the system.
        sweeper = Task { [weak system] in
            while (try? await Task.sleep(for: .seconds(1))) != nil {
                guard let system else { return }
                await system.activations.sweep(at: .now(), in: system)
            }
        }
    }

    /// The object of a name, made when it is not there; `nil` when it is of no kind.
    func object(_ name: String, in system: PyroActorSystem) async throws -> ObjectTable.Entry? {
        guard let kind = kind(of: name) else { return nil }
        while true {
            if let change = changes[name] {
                // Whoever comes first after it takes it away: who has begun it may have to wait for this actor.
                defer { over(change, name) }
                try await change.value
            } else if let entry = system.objects[name], entry.active?.begin() != false {
                entry.active?.end()
                return entry
            } else if system.moves[name] != nil {
                return nil
            } else {
                try await change(name) { try await self.make(name, kind, in: system) }
            }
        }
    }

    /// Puts those away that nobody has called for long.
    func sweep(at now: NIODeadline, in system: PyroActorSystem) async {
        for (name, object) in active where changes[name] == nil && object.leave(ifIdleFor: object.kind.idle, at: now) {
            // One that cannot be saved stays, and is tried again.
            do { try await change(name) { try await self.putAway(name, object, in: system) } } catch {
                system.logger.error(
                    "an object could not be put away", metadata: ["object": "\(name)", "error": "\(error)"])
            }
        }
    }

    /// Puts all away: the process ends.
    func end(in system: PyroActorSystem) async {
        sweeper?.cancel()
        for (name, object) in active where changes[name] == nil {
            do {
                try await change(name) {
                    if await object.leave() { try await self.putAway(name, object, in: system) }
                }
            } catch {
                system.logger.error("an object is lost", metadata: ["object": "\(name)", "error": "\(error)"])
            }
        }
    }

    /// Takes an object in that comes from another process.
    func adopt(_ name: String, _ state: Data, in system: PyroActorSystem) async throws {
        guard let kind = kind(of: name), kind.isMovable else {
            throw CallFault.pyro("objects named \(name) are not taken in here")
        }
        guard changes[name] == nil, system.objects[name] == nil else { throw RemoteObjectError.nameTaken(name) }
        try await change(name) {
            try await kind.store.save(state, of: name)
            try await self.make(name, kind, from: state, in: system)
            system.moves.forget(name)
        }
    }

    /// Moves an object to another process: its calls follow it.
    func move(_ name: String, to place: String, in system: PyroActorSystem) async throws {
        guard let object = active[name], changes[name] == nil else {
            throw RemoteObjectError.unknownObject(RemoteObjectID(object: name))
        }
        try await change(name) {
            guard await object.leave() else { throw CallFault.unknownObject }
            do {
                let entry = system.objects[name]
                guard let actor = entry?.actor else { throw CallFault.unknownObject }
                let state = try await object.kind.state(of: actor)
                let daemon = RemoteObjectID(object: PyroNames.daemon, location: place, lease: nil)
                _ = try await system.calls.call(daemon, "adopt", [.string(name), .bytes(Array(state))])
            } catch {
                object.stay()
                throw error
            }
            system.moves.note(name, to: place)
            await self.forget(name, in: system)
            try await object.kind.store.remove(name)
        }
    }

    // MARK: Changes, one at a time of an object

    private func change(_ name: String, _ work: @escaping @Sendable () async throws -> Void) async throws {
        // Unstructured: those who call the object meanwhile wait for it too, and none of them may end it.
        let task = Task { try await work() }
        changes[name] = task
        defer { over(task, name) }
        try await task.value
    }

    private func over(_ change: Task<Void, any Error>, _ name: String) {
        if changes[name] == change { changes[name] = nil }
    }

    private func make(
        _ name: String, _ kind: ObjectKind, from state: Data? = nil, in system: PyroActorSystem
    ) async throws {
        try await kind.make(name, from: state, in: system)
        let object = ActiveObject(kind)
        active[name] = object
        system.objects.setActive(name, object)
    }

    private func putAway(_ name: String, _ object: ActiveObject, in system: PyroActorSystem) async throws {
        guard let actor = system.objects[name]?.actor else { return forget(name, in: system) }
        do { try await object.kind.store.save(try await object.kind.state(of: actor), of: name) } catch {
            object.stay()
            throw error
        }
        forget(name, in: system)
    }

    private func forget(_ name: String, in system: PyroActorSystem) {
        active[name] = nil
        system.objects.remove(name)
    }

    private func kind(of name: String) -> ObjectKind? {
        kinds.values.filter { name.hasPrefix($0.prefix) && name.count > $0.prefix.count }
            .max { $0.prefix.count < $1.prefix.count }
    }
}
