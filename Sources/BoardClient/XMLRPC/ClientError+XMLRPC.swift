import BoardWire
import XMLRPC
package import XMLRPCClient

extension XMLRPCClientError {
    /// What it means for somebody who asked a board: a ``ClientError``, or that the task was cancelled.
    package func forBoard(at endpoint: Endpoint, timeout: Duration) -> any Error {
        let place = "\(endpoint)"
        let outOfTime = ClientError.timedOut(endpoint: place, seconds: timeout / .seconds(1))
        return switch self {
        case .notSent(.cancelled), .sentButUnknown(.cancelled): CancellationError()
        case .notSent(.notEncodable(let error)): ClientError.unsendable(reason: "\(error)")
        case .notSent(.noConnection(let reason)): ClientError.unreachable(endpoint: place, reason: reason)
        case .notSent(.shutDown): ClientError.unreachable(endpoint: place, reason: "the connection was closed here")
        case .notSent(.timedOut), .sentButUnknown(.timedOut): outOfTime
        case .sentButUnknown(.connectionBroken(let reason)): ClientError.unreachable(endpoint: place, reason: reason)
        case .sentButUnknown(.status(let status)):
            ClientError.answer(Self.refusal(status) ?? .unreadable("an answer with HTTP status \(status)"))
        case .sentButUnknown(.unreadable(let error)): ClientError.answer(.unreadable("an answer (\(error))"))
        case .sentButUnknown(.tooBig(let limit)):
            ClientError.answer(.unreadable("an answer of over \(limit) bytes"))
        case .unexpectedResult(let reason): ClientError.answer(.unreadable("an answer (\(reason))"))
        case .fault(let fault): ClientError.answer(.refused(fault.answerCode, reason: fault.string))
        }
    }
}

extension XMLRPCClientError {
    /// What a board's server refuses before it reads the call (RFC 9110, section 15; RFC 6585); `nil` for other statuses.
    private static func refusal(_ status: Int) -> AnswerError? {
        switch status {
        case 413: .refused(.tooBig, reason: "HTTP status 413")
        case 403, 421, 429: .refused(.refused, reason: "HTTP status \(status)")
        case 503: .refused(.serverFailed, reason: "HTTP status 503")
        default: nil
        }
    }
}

extension XMLRPCFault {
    /// The board's own faults have the numbers of the wire's answers; the rest are those of a bad call.
    fileprivate var answerCode: AnswerCode {
        switch code {
        case 1...9: AnswerCode(rawValue: UInt8(ascii: "0") + UInt8(code)) ?? .serverFailed
        case -32601: .unknownControl
        case -32602, -32600, -32700: .badFormat
        default: .serverFailed
        }
    }
}
