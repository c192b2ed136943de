import BoardWire
import PyroWire
import RemoteObjects

extension ClientError {
    /// What somebody who asked a board is told of a call's failure; an error that is none of a call's stays as it is.
    static func from(_ error: any Error, at endpoint: Endpoint, outOfTime: Duration? = nil) -> any Error {
        switch error {
        // The server stops, or has forgotten a stream.
        case let error as PyroException where error.className == "Pyro5.errors.PyroError":
            ClientError.unreachable(endpoint: "\(endpoint)", reason: error.message)
        case let error as PyroException: ClientError.answer(AnswerError(error))
        case let error as AnswerError: ClientError.answer(error)
        case RemoteObjectError.tooLarge(_, let bytes, let limit):
            ClientError.unsendable(reason: "the call has \(bytes) bytes, and this road takes at most \(limit)")
        case RemoteObjectError.badAnswer(_, let reason): ClientError.answer(.unreadable("an answer (\(reason))"))
        case is RemoteObjectError where Task.isCancelled: CancellationError()
        case is RemoteObjectError where outOfTime != nil:
            ClientError.timedOut(endpoint: "\(endpoint)", seconds: (outOfTime ?? .zero) / .seconds(1))
        case RemoteObjectError.notSent(_, let reason), RemoteObjectError.outcomeUnknown(_, let reason):
            ClientError.unreachable(endpoint: "\(endpoint)", reason: reason)
        case let error as RemoteObjectError: ClientError.unreachable(endpoint: "\(endpoint)", reason: "\(error)")
        default: error
        }
    }
}

extension AnswerError {
    /// A board says in an attribute which of its answers an exception is; other servers' exceptions are told apart by their class.
    init(_ exception: PyroException) {
        let number = exception.attributes.first { $0.key == "code" }?.value.asInt
        let code = number.flatMap { (1...9).contains($0) ? AnswerCode(rawValue: UInt8(ascii: "0") + UInt8($0)) : nil }
        switch exception.name {
        case _ where code != nil: self = .refused(code ?? .serverFailed, reason: exception.message)
        case "KeyError": self = .refused(.messageNotFound, reason: exception.message)
        case "TypeError": self = .refused(.badFormat, reason: exception.message)
        case "AttributeError": self = .refused(.unknownControl, reason: exception.message)
        case "ValueError", "PermissionError", "SecurityError": self = .refused(.refused, reason: exception.message)
        case "DaemonError":
            self = .refused(
                .serverFailed, reason: "there are remote objects, but not what is wanted: \(exception.message)")
        default: self = .refused(.serverFailed, reason: "\(exception)")
        }
    }
}
