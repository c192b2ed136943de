public import MessageBoard

/// The first byte of an answer (protocols.md, section 1).
public enum AnswerCode: UInt8, Sendable, CaseIterable {
    /// It worked.
    case ok = 0x30  // "0"
    /// The header or a number could not be read.
    case badFormat = 0x31  // "1"
    /// No such message.
    case messageNotFound = 0x32  // "2"
    /// No such request.
    case unknownControl = 0x33  // "3"
    /// Something was lost on the way.
    case transmissionError = 0x34  // "4"
    /// A part is over its bound, or the answer would not fit one PDU.
    case tooBig = 0x36  // "6"
    /// Not authorised, or over the rate limit.
    case refused = 0x38  // "8"
    /// The server could not do it now.
    case serverFailed = 0x39  // "9"

    /// The code that tells a client of this error.
    public init(_ error: BoardError) {
        self =
            switch error {
            case .messageNotFound: .messageNotFound
            case .tooBig: .tooBig
            case .messageDamaged, .full, .overloaded, .unavailable, .cancelled: .serverFailed
            }
    }

    /// Whether this code may be followed by a reason in words.
    public var hasReason: Bool {
        self == .refused || self == .serverFailed
    }

    /// What it means, in words for a person.
    public var meaning: String {
        switch self {
        case .ok: "done"
        case .badFormat: "the server could not read the request"
        case .messageNotFound: "there is no such message"
        case .unknownControl: "the server does not know this request"
        case .transmissionError: "something was lost on the way"
        case .tooBig: "too big: over a limit of the server, or the answer does not fit one datagram (--via tcp)"
        case .refused: "the server refused"
        case .serverFailed: "the server could not do it"
        }
    }
}

/// Why a request could not be read: each has its answer.
public enum RequestError: Error, Sendable, Hashable {
    /// The header, a number or a field could not be read.
    case badFormat
    /// There is no request with this code.
    case unknownControl
    /// A field is over its bound.
    case tooBig

    /// The answer's code.
    public var code: AnswerCode {
        switch self {
        case .badFormat: .badFormat
        case .unknownControl: .unknownControl
        case .tooBig: .tooBig
        }
    }
}
