import Distributed
import PyroWire
import Synchronization

/// The objects of this process that others can call.
///
/// An object whose last reference is dropped comes back here to be removed. Every reference that is taken under the lock is
/// therefore dropped after it.
final class ObjectTable: Sendable {
    /// An object, who keeps it, and what can be called on it.
    struct Entry: Sendable {
        let actor: any DistributedActor
        let methods: ObjectMethods
        /// Of an object that may be put away.
        let active: ActiveObject?
    }

    fileprivate struct Held {
        weak var actor: (any DistributedActor)?
        let methods: ObjectMethods
        var active: ActiveObject?
        /// Kept by the program itself, until it says otherwise.
        var kept: (any DistributedActor)?
        /// Kept for these clients, who were given references to it, so many each.
        var holders: [ClientID: (actor: any DistributedActor, references: Int)] = [:]
    }

    fileprivate struct State {
        var objects: [String: Held] = [:]
        /// The objects that each client holds.
        var held: [ClientID: Set<String>] = [:]
    }

    private let state = Mutex(State())
    private let limits: RemoteObjectLimits

    init(_ limits: RemoteObjectLimits) {
        self.limits = limits
    }

    /// Takes in an object that is ready to be called; it stays for as long as somebody has it.
    func add(_ actor: any DistributedActor, _ object: String, _ methods: ObjectMethods) {
        let before = state.withLock { state in
            defer { state.objects[object] = Held(actor: actor, methods: methods) }
            return state.objects[object]
        }
        _ = consume before
    }

    /// An object has ended. Another one may have its name by now.
    func removeEnded(_ object: String) {
        var another: (any DistributedActor)?
        state.withLock { state in
            another = state.objects[object]?.actor
            if another == nil { state.objects[object] = nil }  // nobody holds one that has ended
        }
    }

    /// The object is not to be called any more.
    func remove(_ object: String) {
        let gone = state.withLock { state in
            let gone = state.objects.removeValue(forKey: object)
            for client in gone?.holders.keys ?? [:].keys { state.forget(object, of: client) }
            return gone
        }
        _ = consume gone  // an object that ends here may come back for the lock
    }

    /// The object of a name, if it is there.
    subscript(_ object: String) -> Entry? {
        state.withLock { $0.objects[object]?.entry }
    }

    /// The object of a name, for a client that calls it: it is held for who calls it without being given a reference, too.
    ///
    /// - Throws: ``CallFault/limit(_:)`` when the client has too many.
    func entry(_ object: String, for client: ClientID) throws(CallFault) -> Entry? {
        var entry: Entry?
        try state.withLock { state throws(CallFault) in
            guard let held = state.objects[object] else { return }
            entry = held.entry
            guard let entry, held.kept == nil, held.holders[client] == nil else { return }
            try state.hold(object, entry.actor, for: client, limits)
        }
        return entry
    }

    /// The names of those that the program keeps. Of the others nobody hears who was not given a reference.
    var names: [String] {
        state.withLock { state in state.objects.filter { $0.value.kept != nil }.map(\.key).sorted() }
    }

    /// From now on the object may be put away.
    func setActive(_ object: String, _ active: ActiveObject) {
        state.withLock { $0.objects[object]?.active = active }
    }

    /// Keeps an object until ``letGo(_:)``.
    ///
    /// - Returns: `false` when there is none.
    func keep(_ object: String) -> Bool {
        var actor: (any DistributedActor)?
        state.withLock { state in
            actor = state.objects[object]?.actor
            if let actor { state.objects[object]?.kept = actor }
        }
        return actor != nil
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

    /// Keeps an object for a client that is given one more reference to it.
    ///
    /// - Returns: `false` when there is no such object.
    /// - Throws: ``CallFault/limit(_:)`` when it has too many.
    @discardableResult
    func hold(_ object: String, for client: ClientID) throws(CallFault) -> Bool {
        var actor: (any DistributedActor)?
        try state.withLock { state throws(CallFault) in
            actor = state.objects[object]?.actor
            if let actor { try state.hold(object, actor, for: client, limits) }
        }
        return actor != nil
    }

    /// A client has no more use for so many of the references that it was given.
    func release(_ object: String, _ references: Int, by client: ClientID) {
        let gone = state.withLock { state -> (any DistributedActor)? in
            guard let (actor, held) = state.objects[object]?.holders[client] else { return nil }
            guard held <= references else {
                state.objects[object]?.holders[client] = (actor, held - references)
                return nil
            }
            state.objects[object]?.holders[client] = nil
            state.forget(object, of: client)
            return actor
        }
        _ = consume gone
    }

    /// A client is gone, and with it all it holds.
    func release(_ client: ClientID) {
        let gone = state.withLock { state in
            (state.held.removeValue(forKey: client) ?? []).compactMap {
                state.objects[$0]?.holders.removeValue(forKey: client)?.actor
            }
        }
        _ = consume gone
    }
}

extension ObjectTable.Held {
    fileprivate var entry: ObjectTable.Entry? {
        actor.map { ObjectTable.Entry(actor: $0, methods: methods, active: active) }
    }
}

extension ObjectTable.State {
    fileprivate mutating func hold(
        _ object: String, _ actor: any DistributedActor, for client: ClientID, _ limits: RemoteObjectLimits
    ) throws(CallFault) {
        if let references = objects[object]?.holders[client]?.references {
            objects[object]?.holders[client]?.references = references + 1
            return
        }
        guard held[client]?.count ?? 0 < limits.objectsPerClient else {
            throw .limit("this client holds \(limits.objectsPerClient) objects already; let some of them go")
        }
        objects[object]?.holders[client] = (actor, 1)
        held[client, default: []].insert(object)
    }

    fileprivate mutating func forget(_ object: String, of client: ClientID) {
        held[client]?.remove(object)
        if held[client]?.isEmpty == true { held[client] = nil }
    }
}

/// Who holds references.
enum ClientID: Hashable, Sendable {
    /// A foreign client is its connection: when that is closed, it holds nothing.
    case connection(Int)
    /// A process of ours, by the name that it gives itself: it holds what it has, until it says otherwise or nothing is heard of it.
    case process(String)
}
