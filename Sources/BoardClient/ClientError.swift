public import BoardWire
public import MessageBoard

/// Why a request to a board did not work.
public enum ClientError: Error, Sendable, CustomStringConvertible {
    /// The server said no, or what it said cannot be read.
    case answer(AnswerError)
    /// No message has this number.
    case messageNotFound(MessageID)
    /// Nobody answers there, or the connection broke.
    case unreachable(endpoint: String, reason: String)
    /// Nothing came back in time. Of a message that was to be published it is not known whether it was; a repeat with the
    /// same request id is safe.
    case timedOut(endpoint: String, seconds: Double)
    /// The server takes no session, or no more of this one.
    case sessionRefused(endpoint: String)
    /// The server forgot the session. Of a message that was to be published it is not known whether it was.
    case sessionLost(endpoint: String)
    /// Parts of the answer contradict each other: the network changes datagrams.
    case damaged(endpoint: String)
    /// The request does not fit one datagram.
    case tooBigForDatagram(bytes: Int, limit: Int)
    /// The road has no way to carry a part of the request; which.
    case unsendable(reason: String)

    /// In words for a person.
    public var description: String {
        switch self {
        case .answer(let error): error.description
        case .messageNotFound(let id): "no such message: \(id)"
        case .unreachable(let endpoint, let reason):
            "no board can be reached at \(endpoint): \(reason). Is it running (mboard serve)? Is --server right?"
        case .timedOut(let endpoint, let seconds):
            "no answer from \(endpoint) within \(seconds) s. Try a larger --timeout, or --via tcp"
        case .sessionRefused(let endpoint):
            "the server at \(endpoint) takes no session of this size now: it is too big for it, or too many are open. "
                + "Try again later, or --via tcp"
        case .sessionLost(let endpoint):
            "the server at \(endpoint) forgot the session before the answer was here: it was started anew, or knows no "
                + "sessions with answers. Try again, or --via tcp"
        case .damaged(let endpoint):
            "the answer from \(endpoint) was damaged on the way; what was printed of it may be wrong. Try again, or --via tcp"
        case .tooBigForDatagram(let bytes, let limit):
            "\(bytes) bytes do not fit one datagram (\(limit)): use --via session or --via tcp"
        case .unsendable(let reason): "\(reason). Try --via tcp, which carries anything"
        }
    }
}
