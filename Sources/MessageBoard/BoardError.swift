/// Everything a board can say no with. Every road maps the whole list onto its own errors.
public enum BoardError: Error, Sendable, Hashable, CustomStringConvertible {
    /// No message has this number (any more).
    case messageNotFound(MessageID)
    /// The message is there, or should be, but its bytes are not what was stored. It is never served.
    case messageDamaged(MessageID, reason: String)
    /// A part is over its bound.
    case tooBig(_ what: String, bytes: Int, limit: Int)
    /// There is no room (disk or memory) for it now: nothing was published, reading goes on.
    case full(reason: String)
    /// More is waiting than the board's queues take: nothing was published, try again.
    case overloaded(reason: String)
    /// The board has stopped, or its disk failed: whether the message is on the board is not known.
    case unavailable(reason: String)
    /// The task that asked was cancelled.
    case cancelled

    /// In words for a person.
    public var description: String {
        switch self {
        case .messageNotFound(let id): "there is no message \(id)"
        case .messageDamaged(let id, let reason): "message \(id) is damaged: \(reason)"
        case .tooBig(let what, let bytes, let limit):
            bytes == .max ? "\(what) must not be empty" : "\(what): \(bytes) is over the limit of \(limit)"
        case .full(let reason): "no room: \(reason)"
        case .overloaded(let reason): "too busy: \(reason)"
        case .unavailable(let reason): "not available: \(reason)"
        case .cancelled: "cancelled"
        }
    }
}
