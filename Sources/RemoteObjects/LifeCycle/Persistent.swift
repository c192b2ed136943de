public import Distributed
public import struct Foundation.Data

/// An object that is not always there: it is made when somebody calls it, and put away when nobody has for a while. What it
/// knows is kept meanwhile.
public protocol Persistent: DistributedActor where ActorSystem == PyroActorSystem {
    /// What it knows.
    associatedtype State: Codable & Sendable

    /// What it knows now.
    func state() -> State

    /// Makes it anew.
    ///
    /// - Parameters:
    ///   - name: that it is called by, without the prefix of its kind.
    ///   - state: what it knew when it was put away; `nil` for one that never was.
    /// - Throws: when there is to be none of this name; who calls it is told so.
    init(named name: String, restoring state: State?, actorSystem: PyroActorSystem) throws
}

/// Where the states of objects are kept while the objects are not there.
public protocol StateStore: Sendable {
    /// The state that was saved last; `nil` when none was.
    func load(_ object: String) async throws -> Data?
    /// Keeps a state in place of the one before. It is durable when this returns, if the store is.
    func save(_ state: Data, of object: String) async throws
    /// Forgets a state.
    func remove(_ object: String) async throws
}
