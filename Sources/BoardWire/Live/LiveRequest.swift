import Base64
public import MessageBoard

/// A request of the live protocol (protocols.md, section 3): what a client sends on a long-lived connection.
///
/// ```
///  byte 0   1    2 ...                                          the end
/// +------+-----+----------------------------------------------+-----+
/// | code | ":" | payload                                      | ";" |
/// +------+-----+----------------------------------------------+-----+
///   "1"          text                                           publish
///   "2"                                                         give me what I have not been given
///   "3"          id                                             I have everything up to id
///   "3"          "-" n                                          I have everything but the newest n
///   "4"          board or pattern                               switch to other boards
///   "5"          "0" notify, "1" push, "2" push records         how news comes
///   "6"          n ":" text [":" author ":" request id]         publish, and name the request in the answer
///   "b"                                                         which boards are there
/// ```
///
/// Texts, boards, patterns, authors and request ids are in base64, white space in which is passed over; numbers are decimal.
public enum LiveRequest: Sendable, Hashable {
    /// `1`: put a text on the connection's board (the public one when it has a pattern).
    case publish(body: [UInt8])
    /// `2`: give what was not given yet.
    case fetch
    /// `3`: go on after this number.
    case resume(after: MessageID)
    /// `3` with a minus: go on with the newest messages alone, this many.
    case resumeAtLast(count: Int)
    /// `4`: go over to other boards.
    case boards(BoardPattern)
    /// `5`: how news is brought.
    case delivery(LiveDelivery)
    /// `6`: put a text on the connection's board; the answer names the request and the message's number. With a request id it
    /// is published once, however often it is sent.
    case publishNamed(UInt64, body: [UInt8], author: String? = nil, requestID: [UInt8]? = nil)
    /// `b`: list the boards.
    case listBoards
}

/// How a connection is brought what is new.
public enum LiveDelivery: UInt8, Sendable, Hashable, CaseIterable {
    /// `7:` says that there is something to fetch.
    case notify = 0x30  // "0"
    /// Messages come by themselves, as texts.
    case push = 0x31  // "1"
    /// Messages come by themselves, as records; so do those that are fetched.
    case pushRecords = 0x32  // "2"

    /// Whether messages are given as records.
    public var isRecords: Bool { self == .pushRecords }
}

extension LiveRequest {
    /// Reads one message without its `;`.
    ///
    /// - Throws: ``RequestError/unknownControl`` or ``RequestError/badFormat``.
    public init(decoding message: ArraySlice<UInt8>) throws(RequestError) {
        guard message.count >= 2, message[message.startIndex + 1] == UInt8(ascii: ":") else { throw .badFormat }
        let payload = message.dropFirst(2)
        switch message[message.startIndex] {
        case UInt8(ascii: "1"): self = .publish(body: try Base64.field(payload, .whitespaceAllowed))
        case UInt8(ascii: "2"):
            guard payload.allSatisfy(\.isASCIIWhitespace) else { throw .badFormat }
            self = .fetch
        case UInt8(ascii: "3"): self = try Self.resume(payload)
        case UInt8(ascii: "4"): self = .boards(try Self.pattern(payload))
        case UInt8(ascii: "5"):
            guard let number = DecimalField.read(payload), (0...2).contains(number),
                let delivery = LiveDelivery(rawValue: 0x30 + UInt8(number))
            else { throw .badFormat }
            self = .delivery(delivery)
        case UInt8(ascii: "6"): self = try Self.publishNamed(payload)
        case UInt8(ascii: "b"):
            guard payload.allSatisfy(\.isASCIIWhitespace) else { throw .badFormat }
            self = .listBoards
        default: throw .unknownControl
        }
    }

    /// The message with its `;`.
    public func encoded() -> [UInt8] {
        var bytes: [UInt8]
        switch self {
        case .publish(let body):
            bytes = Array("1:".utf8)
            bytes.reserveCapacity((body.count + 2) / 3 * 4 + 3)
            Base64.append(body, to: &bytes)
        case .fetch: bytes = Array("2:".utf8)
        case .resume(let id): bytes = Array("3:\(id)".utf8)
        case .resumeAtLast(let count): bytes = Array("3:-\(count)".utf8)
        case .boards(let pattern):
            bytes = Array("4:".utf8)
            Base64.append(pattern.text.utf8, to: &bytes)
        case .delivery(let delivery): bytes = Array("5:".utf8) + [delivery.rawValue]
        case .publishNamed(let name, let body, let author, let requestID):
            bytes = Array("6:\(name):".utf8)
            bytes.reserveCapacity((body.count + 2) / 3 * 4 + bytes.count + 1)
            Base64.append(body, to: &bytes)
            if author != nil || requestID != nil {
                bytes.append(UInt8(ascii: ":"))
                Base64.append((author ?? "").utf8, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                Base64.append(requestID ?? [], to: &bytes)
            }
        case .listBoards: bytes = Array("b:".utf8)
        }
        bytes.append(LiveAnswer.end)
        return bytes
    }

    /// A number to go on after; with a minus sign, how many of the newest are wanted: `-0` means none of them.
    private static func resume(_ payload: ArraySlice<UInt8>) throws(RequestError) -> LiveRequest {
        guard let number = DecimalField.read(payload) else { throw .badFormat }
        let isCount = payload.contains(UInt8(ascii: "-"))
        return isCount ? .resumeAtLast(count: Int(number.magnitude)) : .resume(after: number)
    }

    private static func publishNamed(_ payload: ArraySlice<UInt8>) throws(RequestError) -> LiveRequest {
        guard let colon = payload.firstIndex(of: UInt8(ascii: ":")), colon - payload.startIndex <= 24,
            let name = UInt64(String(decoding: payload[..<colon], as: UTF8.self).trimmingASCIIWhitespace())
        else { throw .badFormat }
        let fields = payload[(colon + 1)...].split(
            separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count != 2 else { throw .badFormat }
        let body = try Base64.field(fields[0], .whitespaceAllowed)
        guard fields.count == 3 else { return .publishNamed(name, body: body) }
        let author = try Base64.field(fields[1], .whitespaceAllowed)
        let requestID = try Base64.field(fields[2], .whitespaceAllowed)
        guard let author = String(validating: author, as: UTF8.self) else { throw .badFormat }
        return .publishNamed(
            name, body: body, author: author.isEmpty ? nil : author, requestID: requestID.isEmpty ? nil : requestID)
    }

    private static func pattern(_ payload: ArraySlice<UInt8>) throws(RequestError) -> BoardPattern {
        let text = try Base64.field(payload, .whitespaceAllowed)
        guard let pattern = BoardPattern(String(decoding: text, as: UTF8.self)) else { throw .badFormat }
        return pattern
    }
}
