// What callers know of the objects. The compiler makes `$Account` of `Account`, which calls an account anywhere, in any language.
// The protocols are a module of their own: Swift's compiler does not take them beside what uses them.

public import Distributed
public import RemoteObjects

/// A bank account.
@Resolvable
public protocol Account: DistributedActor where ActorSystem: DistributedActorSystem<any Codable> {
    distributed func balance() async throws -> Int
    distributed func deposit(_ amount: Int) async throws
    /// Throws ``Overdrawn`` when there is not so much.
    distributed func withdraw(_ amount: Int) async throws
}

/// Travels whole between Swift programs, and is a ValueError to Python.
public struct Overdrawn: RemoteError, CustomStringConvertible {
    /// How much more there would have to be.
    public var missing: Int

    /// The error of an account that has too little.
    public init(missing: Int) { self.missing = missing }

    /// What Python shows as the exception's text.
    public var description: String { "\(missing) short" }
    /// The exception of Python's.
    public var pythonException: PythonException { .valueError }
}

/// Counts, wherever it is.
@Resolvable
public protocol Counter: DistributedActor where ActorSystem: DistributedActorSystem<any Codable> {
    distributed func increment() async throws -> Int
}

/// A server that has counters.
@Resolvable
public protocol CounterPlace: DistributedActor where ActorSystem: DistributedActorSystem<any Codable> {
    /// Sends a counter to another server, `host:port`.
    distributed func move(_ name: String, to place: String) async throws
}

/// Does something that takes long, and tells how far it is.
@Resolvable
public protocol Worker: DistributedActor where ActorSystem: DistributedActorSystem<any Codable> {
    distributed func work(_ steps: Int, telling listener: Reference<$Listener<PyroActorSystem>>) async throws -> String
}

/// Wants to know.
@Resolvable
public protocol Listener: DistributedActor where ActorSystem: DistributedActorSystem<any Codable> {
    distributed func told(_ news: String) async throws
}

/// Gives one number after the other.
@Resolvable
public protocol Countdown: DistributedActor where ActorSystem: DistributedActorSystem<any Codable> {
    distributed func count(from start: Int) async throws -> RemoteStream<Int>
}
