public import Distributed
public import PyroWire

/// What is wrong with a call or a reference, before or after it was on its way.
///
/// Who calls has to know what may have happened: ``notSent(_:reason:)`` can be tried again, after ``outcomeUnknown(_:reason:)`` the
/// object may have done what it was asked. An error that the object's own code throws comes as itself, or as a `PyroException`.
public enum RemoteObjectError: Error, Sendable, Hashable, DistributedActorSystemError, CustomStringConvertible {
    /// The call did not leave this process, or reached nobody.
    case notSent(RemoteObjectID, reason: String)
    /// The call was sent; the answer did not come.
    case outcomeUnknown(RemoteObjectID, reason: String)
    /// The call is larger than ``RemoteObjectLimits/sentBytes``, and was not sent.
    case tooLarge(RemoteObjectID, bytes: Int, limit: Int)
    /// The server answered with what the caller cannot take.
    case badAnswer(RemoteObjectID, reason: String)
    /// This is no reference to an object.
    case badURI(String)
    /// There is no such object in this process, or it is of another type.
    case unknownObject(RemoteObjectID)
    /// An object here has the name already.
    case nameTaken(String)
    /// What cannot travel, or not be kept.
    case unsupported(String)

    /// In words for a person.
    public var description: String {
        switch self {
        case .notSent(let id, let reason): "\(id) was not called: \(reason)"
        case .tooLarge(let id, let bytes, let limit):
            "\(id) was not called: the call has \(bytes) bytes, and at most \(limit) are sent"
        case .outcomeUnknown(let id, let reason): "\(id) was called, and what became of it is not known: \(reason)"
        case .badAnswer(let id, let reason): "\(id) was called, and its answer cannot be read: \(reason)"
        case .badURI(let text): "\(text) is no reference to an object: they look like PYRO:object@host:port"
        case .unknownObject(let id): "there is no object \(id) of this type here"
        case .nameTaken(let name): "there is an object \(name) already"
        case .unsupported(let what): what
        }
    }
}
