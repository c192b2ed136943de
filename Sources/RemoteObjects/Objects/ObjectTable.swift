import Distributed
import PyroWire
import Synchronization

/// The objects of this process that others can call.
final class ObjectTable: Sendable {
    /// An object, who keeps it, and what can be called on it.
    struct Entry: Sendable {
        let actor: any DistributedActor
        let methods: ObjectMethods
    }

    fileprivate struct Held {
        weak var actor: (any DistributedActor)?
        let methods: ObjectMethods
        /// Kept by the program itself, until it says otherwise.
        var kept: (any DistributedActor)?
        /// Kept for these clients, who were given references to it.
        var holders: [ClientID: any DistributedActor] = [:]
    }

    fileprivate struct State {
        var objects: [String: Held] = [:]
        /// How many objects each client holds.
        var counts: [ClientID: Int] = [:]
    }

    private let state = Mutex(State())
    private let limits: RemoteObjectLimits

    init(_ limits: RemoteObjectLimits) {
        self.limits = limits
    }

    /// Takes in an object that is ready to be called; it stays for as long as somebody has it.
    func add(_ actor: any DistributedActor, _ object: String, _ methods: ObjectMethods) {
        state.withLock { $0.objects[object] = Held(actor: actor, methods: methods) }
    }

    /// The object is no more.
    func remove(_ object: String) {
        let gone = state.withLock { state in
            let gone = state.objects.removeValue(forKey: object)
            for client in gone?.holders.keys ?? [:].keys { state.release(client) }
            return gone
        }
        _ = consume gone  // an object that ends here may come back for the lock
    }

    /// The object of a name, if it is there.
    subscript(_ object: String) -> Entry? {
        state.withLock { state in
            guard let held = state.objects[object], let actor = held.actor else { return nil }
            return Entry(actor: actor, methods: held.methods)
        }
    }

    /// The names of those that the program keeps. Of the others nobody hears who was not given a reference.
    var names: [String] {
        state.withLock { state in state.objects.filter { $0.value.kept != nil }.map(\.key).sorted() }
    }

    /// Keeps an object until ``letGo(_:)``.
    ///
    /// - Returns: `false` when there is none.
    func keep(_ object: String) -> Bool {
        state.withLock { state in
            guard let actor = state.objects[object]?.actor else { return false }
            state.objects[object]?.kept = actor
            return true
        }
    }

    /// Keeps an object no longer for the program's sake.
    func letGo(_ object: String) {
        let gone = state.withLock { state in
            let gone = state.objects[object]?.kept
            state.objects[object]?.kept = nil
            return gone
        }
        _ = consume gone
    }

    /// Keeps an object for a client that is given a reference to it.
    ///
    /// - Throws: ``CallFault/limit(_:)`` when it has too many.
    func hold(_ object: String, for client: ClientID) throws(CallFault) {
        try state.withLock { state throws(CallFault) in
            guard let held = state.objects[object], let actor = held.actor, held.holders[client] == nil else { return }
            guard state.counts[client, default: 0] < limits.objectsPerClient else {
                throw .limit("this client holds \(limits.objectsPerClient) objects already; let some of them go")
            }
            state.objects[object]?.holders[client] = actor
            state.counts[client, default: 0] += 1
        }
    }

    /// A client is done with an object.
    func release(_ object: String, by client: ClientID) {
        let gone = state.withLock { state in
            let gone = state.objects[object]?.holders.removeValue(forKey: client)
            if gone != nil { state.release(client) }
            return gone
        }
        _ = consume gone
    }

    /// A client is gone, and with it all it holds.
    func release(_ client: ClientID) {
        let gone = state.withLock { state in
            guard state.counts.removeValue(forKey: client) != nil else { return [any DistributedActor]() }
            return state.objects.keys.compactMap { state.objects[$0]?.holders.removeValue(forKey: client) }
        }
        _ = consume gone
    }
}

extension ObjectTable.State {
    fileprivate mutating func release(_ client: ClientID) {
        counts[client, default: 0] -= 1
        if counts[client] == 0 { counts[client] = nil }
    }
}

/// Who holds references: a process of ours by the name that it gives itself, or a foreign client by its connection.
struct ClientID: Hashable, Sendable {
    let name: String
}
