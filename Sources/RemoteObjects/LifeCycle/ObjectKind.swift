import Distributed
import Foundation

/// How objects of one type are made and put away.
struct ObjectKind: Sendable {
    let prefix: String
    let idle: Duration
    /// Whether objects of this kind may come from other processes.
    let isMovable: Bool
    let store: any StateStore
    private let make: @Sendable (_ name: String, _ state: Data?, PyroActorSystem) async throws -> any DistributedActor
    private let take: @Sendable (any DistributedActor) async throws -> Data

    init<Object: Persistent>(
        _ type: Object.Type, prefix: String, idle: Duration, isMovable: Bool, store: any StateStore
    ) {
        self.prefix = prefix
        self.idle = idle
        self.isMovable = isMovable
        self.store = store
        make = { name, state, system in
            let state = try state.map { try JSONDecoder().decode(Object.State.self, from: $0) }
            return try await system.named(prefix + name) {
                try Object(named: name, restoring: state, actorSystem: $0)
            }
        }
        take = { object in
            guard let object = object as? Object, let state = await object.whenLocal({ $0.state() }) else {
                throw RemoteObjectError.unsupported("an object of \(prefix) is not of the type activated there")
            }
            return try JSONEncoder().encode(state)
        }
    }

    /// Makes an object, from what was saved of it when nothing is given.
    func make(_ object: String, from state: Data? = nil, in system: PyroActorSystem) async throws {
        let saved = if let state { state as Data? } else { try await store.load(object) }
        _ = try await make(String(object.dropFirst(prefix.count)), saved, system)
    }

    /// What an object knows.
    func state(of object: any DistributedActor) async throws -> Data { try await take(object) }
}
