public import MessageBoard

/// Why a live connection does not do what it is asked for.
public enum LiveError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The server speaks the live protocol, but not this part of it.
    case lacks(endpoint: String, what: String)
    /// What was seen is not there any more: numbers on the server are lower than one that it gave, or that we were told.
    case replaced(seen: MessageID, newest: MessageID)
    /// Too many requests wait for an answer.
    case tooManyWaiting(limit: Int)

    /// In words for a person.
    public var description: String {
        switch self {
        case .lacks(let endpoint, let what):
            "the server at \(endpoint) cannot do this: it lacks \(what). It needs a newer mboard"
        case .replaced(let seen, let newest):
            "this is another board than before, or it has lost messages: its newest is \(newest), but we had \(seen). "
                + "Begin anew without --since, or with --since 0 for everything it has"
        case .tooManyWaiting(let limit): "\(limit) requests are waiting for an answer already"
        }
    }
}
