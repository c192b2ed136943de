import Base64
public import MessageBoard

/// What the server sends on a long-lived connection (protocols.md, section 3): answers, and what it says on its own.
///
/// ```
///  byte 0   1    2 ...                                          the end
/// +------+-----+----------------------------------------------+-----+
/// | code | ":" | payload                                      | ";" |
/// +------+-----+----------------------------------------------+-----+
///   "0"                                                         done
///   "1"          text ":" text ":" ...                          messages, fetched or pushed
///   "2"                                                         the request could not be read
///   "4"                                                         there is no such request
///   "7"                                                         there is something new to fetch
///   "8"          n ":" id                                       request n has become message id
///   "9"          record ":" record ":" ...                      messages as records (see MessageRecord)
///   "b"          board "," newest id ":" board "," ...          the boards
///   "f"          [n] ":" reason                                 the server could not do it (request n)
///
///   text    base64 of: time " " ip " " port " " body
///   record  with its road; board and reason in base64
/// ```
public enum LiveAnswer: Sendable, Hashable {
    /// `0`: the request was carried out.
    case done
    /// `1`: messages as texts, oldest first.
    case texts([LiveText])
    /// `2`: the request could not be read.
    case unreadable
    /// `4`: there is no such request.
    case unknownControl
    /// `7`: there is something new to fetch.
    case news
    /// `8`: the named request has become this message.
    case published(UInt64, MessageID)
    /// `9`: messages with everything, oldest first.
    case records([Message])
    /// `b`: the boards, and the newest number on each.
    case boards([BoardName: MessageID])
    /// `f`: the server could not do it; the request's name when it had one.
    case failed(UInt64?, reason: String)

    /// Ends every message of the protocol.
    public static let end = UInt8(ascii: ";")
}

/// A message as one text of an answer `1`.
public struct LiveText: Sendable, Hashable {
    /// When the board took it.
    public var time: Timestamp
    /// The publisher's address, an IPv6 one as its `ipv6-literal.net` name.
    public var address: String
    /// The publisher's port.
    public var port: UInt16
    /// The message's bytes.
    public var body: [UInt8]

    /// A text with these parts.
    public init(time: Timestamp, address: String, port: UInt16, body: [UInt8]) {
        self.time = time
        self.address = address
        self.port = port
        self.body = body
    }

    /// Reads what is inside the base64.
    init(_ text: [UInt8]) throws(AnswerError) {
        let fields = text.split(separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
        guard fields.count == 4 else { throw .unreadable("a message without its time, address and port") }
        guard let time = Timestamp(String(decoding: fields[0], as: UTF8.self)) else { throw .unreadable("the time") }
        guard let port = UInt16(String(decoding: fields[2], as: UTF8.self)) else { throw .unreadable("the port") }
        self.init(
            time: time, address: String(decoding: fields[1], as: UTF8.self), port: port, body: Array(fields[3]))
    }
}

/// Writes messages of the server, in pieces where they may be long.
extension LiveAnswer {
    /// A list of messages that grows: its opening, then messages, then ``LiveAnswer/end``.
    public struct Messages: Sendable {
        private let isRecords: Bool
        private var isFirst = true

        /// - Parameter isRecords: whether the messages are given as records (`9`), not as texts (`1`).
        public init(isRecords: Bool) {
            self.isRecords = isRecords
        }

        /// Appends one more message, before the first one the list's opening.
        public mutating func append(_ message: Message, to bytes: inout [UInt8]) {
            if isFirst { open(&bytes) } else { bytes.append(BoardAnswer.separator) }
            if isRecords {
                MessageRecord.append(message, withRoad: true, to: &bytes)
            } else {
                Base64.append(BoardAnswer.head(of: message), then: message.body, to: &bytes)
            }
        }

        /// Appends the end; after no message at all, the whole empty list.
        public mutating func finish(_ bytes: inout [UInt8]) {
            if isFirst { open(&bytes) }
            bytes.append(LiveAnswer.end)
            isFirst = true
        }

        private mutating func open(_ bytes: inout [UInt8]) {
            isFirst = false
            bytes.append(isRecords ? UInt8(ascii: "9") : UInt8(ascii: "1"))
            bytes.append(BoardAnswer.separator)
        }
    }

    /// The whole message with its `;`. For lists of messages there is ``Messages``.
    public func encoded() -> [UInt8] {
        var bytes: [UInt8]
        switch self {
        case .done: bytes = Array("0:".utf8)
        case .unreadable: bytes = Array("2:".utf8)
        case .unknownControl: bytes = Array("4:".utf8)
        case .news: bytes = Array("7:".utf8)
        case .published(let name, let id): bytes = Array("8:\(name):\(id)".utf8)
        case .boards(let boards):
            bytes = Array("b".utf8)
            if boards.isEmpty { bytes.append(BoardAnswer.separator) }
            for (name, newest) in boards.sorted(by: { $0.key.text < $1.key.text }) {
                bytes.append(BoardAnswer.separator)
                Base64.append(name.text.utf8, to: &bytes)
                bytes += Array(",\(newest)".utf8)
            }
        case .failed(let name, let reason):
            bytes = Array("f:\(name.map(String.init) ?? ""):".utf8)
            Base64.append(reason.utf8.prefix(BoardAnswer.maximumReasonBytes), to: &bytes)
        case .records(let messages): return Self.encoded(messages, isRecords: true)
        case .texts(let texts):
            bytes = Array("1:".utf8)
            for (number, text) in texts.enumerated() {
                if number > 0 { bytes.append(BoardAnswer.separator) }
                let head = Array("\(text.time) \(text.address) \(text.port) ".utf8)
                Base64.append(head, then: text.body, to: &bytes)
            }
        }
        bytes.append(Self.end)
        return bytes
    }

    private static func encoded(_ messages: [Message], isRecords: Bool) -> [UInt8] {
        var list = Messages(isRecords: isRecords)
        var bytes: [UInt8] = []
        for message in messages { list.append(message, to: &bytes) }
        list.finish(&bytes)
        return bytes
    }
}

extension LiveAnswer {
    /// Reads one message without its `;`: the client's side.
    ///
    /// - Throws: ``AnswerError/unreadable(_:)`` naming what cannot be read.
    public init(decoding message: ArraySlice<UInt8>) throws(AnswerError) {
        guard message.count >= 2, message[message.startIndex + 1] == BoardAnswer.separator else {
            throw .unreadable("a message without a code")
        }
        let payload = message.dropFirst(2)
        switch message[message.startIndex] {
        case UInt8(ascii: "0"): self = .done
        case UInt8(ascii: "1"): self = .texts(try Self.texts(payload))
        case UInt8(ascii: "2"): self = .unreadable
        case UInt8(ascii: "4"): self = .unknownControl
        case UInt8(ascii: "7"): self = .news
        case UInt8(ascii: "8"): self = try Self.published(payload)
        case UInt8(ascii: "9"): self = .records(try Self.records(payload))
        case UInt8(ascii: "b"): self = .boards(try Self.boards(payload))
        case UInt8(ascii: "f"): self = try Self.failed(payload)
        default: throw .unreadable("a message's code")
        }
    }

    private static func items(_ payload: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        payload.isEmpty ? [] : payload.split(separator: BoardAnswer.separator, omittingEmptySubsequences: false)
    }

    private static func texts(_ payload: ArraySlice<UInt8>) throws(AnswerError) -> [LiveText] {
        var texts: [LiveText] = []
        for item in items(payload) { texts.append(try LiveText(bytes(item, "a message"))) }
        return texts
    }

    private static func records(_ payload: ArraySlice<UInt8>) throws(AnswerError) -> [Message] {
        var messages: [Message] = []
        for item in items(payload) { messages.append(try MessageRecord.decode(item)) }
        return messages
    }

    private static func published(_ payload: ArraySlice<UInt8>) throws(AnswerError) -> LiveAnswer {
        let fields = items(payload).map { String(decoding: $0, as: UTF8.self) }
        guard fields.count == 2, let name = UInt64(fields[0]), let id = MessageID(fields[1]), id > 0 else {
            throw .unreadable("the number of a published message")
        }
        return .published(name, id)
    }

    private static func boards(_ payload: ArraySlice<UInt8>) throws(AnswerError) -> [BoardName: MessageID] {
        var boards: [BoardName: MessageID] = [:]
        for item in items(payload) {
            let fields = item.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            guard fields.count == 2, let newest = MessageID(String(decoding: fields[1], as: UTF8.self)),
                let name = BoardName(String(decoding: try bytes(fields[0], "a board"), as: UTF8.self))
            else { throw .unreadable("the list of boards") }
            boards[name] = newest
        }
        return boards
    }

    private static func failed(_ payload: ArraySlice<UInt8>) throws(AnswerError) -> LiveAnswer {
        let fields = payload.split(separator: BoardAnswer.separator, omittingEmptySubsequences: false)
        guard fields.count == 2 else { throw .unreadable("the reason of a failure") }
        let name = UInt64(String(decoding: fields[0], as: UTF8.self))
        guard fields[0].isEmpty || name != nil else { throw .unreadable("the request that failed") }
        return .failed(name, reason: String(decoding: try bytes(fields[1], "the reason"), as: UTF8.self))
    }

    private static func bytes(_ field: ArraySlice<UInt8>, _ name: String) throws(AnswerError) -> [UInt8] {
        do { return try Base64.field(field, .whitespaceAllowed) } catch { throw .unreadable(name) }
    }
}
