import Distributed
public import PyroWire

/// Which object, and where: what stays the same of an object for all who know it.
///
/// An object of this process has no place; it gets that of its system's server when it is told to others.
public struct RemoteObjectID: Sendable, Hashable, CustomStringConvertible {
    /// Its name among the objects of its server: `mboard.chat`, or `obj_` and a UUID.
    public let object: String
    /// Where its server listens, as `host:port`; `nil` for an object of this process.
    public let location: String?
    /// Keeps the object at its server for as long as somebody here knows it.
    let lease: Lease?

    /// An object of this process.
    init(object: String) {
        self.init(object: object, location: nil, lease: nil)
    }

    init(object: String, location: String?, lease: Lease?) {
        self.object = object
        self.location = location
        self.lease = lease
    }

    /// An object by its URI, `PYRO:object@host:port`.
    ///
    /// - Throws: ``RemoteObjectError/badURI(_:)`` for what is none; names (`PYRONAME:`) are for ``PyroActorSystem/locate(_:)``.
    public init(_ uri: String) throws(RemoteObjectError) {
        guard let parsed = PyroURI(uri) else { throw .badURI(uri) }
        try self.init(parsed)
    }

    init(_ uri: PyroURI) throws(RemoteObjectError) {
        guard uri.scheme == .object, case .host(let host, let port)? = uri.location else { throw .badURI("\(uri)") }
        self.init(object: uri.object, location: Self.location(host: host, port: port), lease: nil)
    }

    /// `host:port`, an IPv6 host in brackets.
    static func location(host: String, port: Int) -> String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// `PYRO:object@host:port`; without a place for an object of this process.
    public var description: String { location.map { "PYRO:\(object)@\($0)" } ?? "PYRO:\(object)" }

    /// The same object, whoever else holds it.
    public static func == (one: RemoteObjectID, other: RemoteObjectID) -> Bool {
        one.object == other.object && one.location == other.location
    }

    /// As it compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(object)
        hasher.combine(location)
    }
}

/// Says when nobody in this process knows an object any more: when the last reference to this is gone.
final class Lease: Sendable {
    private let released: @Sendable () -> Void

    /// - Parameter released: tells the object's server.
    init(released: @escaping @Sendable () -> Void) {
        self.released = released
    }

    /// Keeps an object of this process.
    convenience init(keeping object: any DistributedActor) {
        self.init { _ = object }
    }

    deinit { released() }
}
