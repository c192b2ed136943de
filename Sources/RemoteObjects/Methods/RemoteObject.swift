public import Distributed

/// A distributed actor that says more of itself than its functions do. None has to.
public protocol RemoteObject: DistributedActor where ActorSystem == PyroActorSystem {
    /// Functions without parameters, and properties, that foreign callers read as attributes: `account.balance` instead of
    /// `account.balance()`. A function `setBalance(_:)` beside it lets them assign to it.
    static var remoteAttributes: Set<String> { get }
    /// Functions whose callers do not wait, and learn of no error.
    static var oneWayMethods: Set<String> { get }
}

extension RemoteObject {
    /// None.
    public static var remoteAttributes: Set<String> { [] }
    /// None.
    public static var oneWayMethods: Set<String> { [] }
}
