public import XMLRPC

/// Why a call gave no value; above all, whether it may be made again.
public enum XMLRPCClientError: Error, Sendable, CustomStringConvertible {
    /// The call did not leave this program whole: the server has not carried it out, and it can be made again.
    case notSent(NotSent)
    /// The call left, and what became of it is not known: the server may have carried it out. It can be made again only
    /// when a second time does no harm.
    case sentButUnknown(Unknown)
    /// The server's answer was a fault.
    case fault(XMLRPCFault)
    /// The call was carried out, and gave something else than was asked for.
    case unexpectedResult(reason: String)

    /// What kept a call from being sent.
    public enum NotSent: Sendable {
        /// A parameter cannot travel in XML.
        case notEncodable(XMLRPCEncodingError)
        /// There is no connection: nobody listens there, the name is unknown, the certificate is not trusted, ...
        case noConnection(reason: String)
        /// The time ran out before there was a connection.
        case timedOut(Duration)
        /// The task was cancelled.
        case cancelled
        /// The proxy was shut down.
        case shutDown
    }

    /// What kept an answer from being known.
    public enum Unknown: Sendable {
        /// The time ran out.
        case timedOut(Duration)
        /// The connection ended before the answer was whole.
        case connectionBroken(reason: String)
        /// An HTTP status other than 200.
        case status(Int)
        /// The answer is no answer of XML-RPC.
        case unreadable(XMLRPCDocumentError)
        /// The answer is over the limit, in bytes.
        case tooBig(limit: Int)
        /// The task was cancelled.
        case cancelled
    }

    /// In words for a person.
    public var description: String {
        switch self {
        case .notSent(let reason): "not sent: \(reason.description)"
        case .sentButUnknown(let reason): "sent, and not known whether carried out: \(reason.description)"
        case .fault(let fault): fault.description
        case .unexpectedResult(let reason): "the call was carried out, but its result is of another kind: \(reason)"
        }
    }
}

extension XMLRPCClientError.NotSent: CustomStringConvertible {
    /// In words for a person.
    public var description: String {
        switch self {
        case .notEncodable(let error): "XML-RPC cannot carry it: \(error)"
        case .noConnection(let reason): "no connection: \(reason)"
        case .timedOut(let time): "no connection within \(time)"
        case .cancelled: "cancelled"
        case .shutDown: "the proxy was shut down"
        }
    }
}

extension XMLRPCClientError.Unknown: CustomStringConvertible {
    /// In words for a person.
    public var description: String {
        switch self {
        case .timedOut(let time): "no answer within \(time)"
        case .connectionBroken(let reason): "the connection broke: \(reason)"
        case .status(let status): "HTTP status \(status)"
        case .unreadable(let error): "the answer is no XML-RPC: \(error)"
        case .tooBig(let limit): "the answer is over the limit of \(limit) bytes"
        case .cancelled: "cancelled"
        }
    }
}
