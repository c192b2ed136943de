import BoardWire
import MessageBoard
import PyroWire

/// The board's own types as the values of `mboard.board` (protocols.md, "Remote objects").

extension PyroValue {
    /// A text as it goes in a call: bytes only where it is no text.
    init(text bytes: [UInt8]) {
        self = String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes(bytes)
    }

    /// A message's number.
    var messageID: MessageID {
        get throws(AnswerError) {
            guard let id = asInt, id > 0 else { throw .unreadable("the id") }
            return MessageID(id)
        }
    }

    /// The boards by name, with their newest numbers.
    var boards: [BoardName: MessageID] {
        get throws(AnswerError) {
            guard let entries = asEntries else { throw .unreadable("the boards") }
            var boards: [BoardName: MessageID] = [:]
            for entry in entries {
                guard let name = entry.key.asText.flatMap({ BoardName($0) }), let newest = entry.value.asInt else {
                    throw .unreadable("the boards")
                }
                boards[name] = MessageID(newest)
            }
            return boards
        }
    }

    /// The stretch of numbers that the newest messages of a board take up.
    var range: MessageStretch {
        get throws(AnswerError) {
            guard let after = self["after"]?.asInt, let through = self["through"]?.asInt else {
                throw .unreadable("the range")
            }
            return MessageStretch(after: MessageID(after), through: MessageID(through))
        }
    }

    /// A list of records.
    var messages: [Message] {
        get throws(AnswerError) {
            guard let items = asItems else { throw .unreadable("the messages") }
            var messages: [Message] = []
            messages.reserveCapacity(items.count)
            for item in items { messages.append(try Message(item)) }
            return messages
        }
    }
}

extension PublishRequest {
    /// The call's arguments beside the text.
    var keywords: KeyValuePairs<String, PyroValue> {
        [
            "board": .string(board.text), "author": author.map { .string($0) } ?? .none,
            "request_id": requestID.map { PyroValue(text: $0) } ?? .none,
            "attributes": attributes.isEmpty
                ? .none
                : .dict(attributes.values.map { PyroEntry(key: .string($0.key), value: .string($0.value)) }),
        ]
    }
}

extension Message {
    /// Reads a record.
    init(_ record: PyroValue) throws(AnswerError) {
        func text(_ name: String) throws(AnswerError) -> String {
            guard let text = record[name]?.asText else { throw .unreadable("a message's \(name)") }
            return text
        }
        guard let id = record["id"]?.asInt, id > 0 else { throw .unreadable("a message's id") }
        guard let board = BoardName(try text("board")) else { throw .unreadable("a message's board") }
        guard let port = record["port"]?.asInt.flatMap({ UInt16(exactly: $0) }) else {
            throw .unreadable("a message's port")
        }
        guard case .float(let seconds)? = record["time"],
            let microseconds = Int64(exactly: (seconds * 1_000_000).rounded())
        else { throw .unreadable("a message's time") }
        guard let value = record["text"], let body = try? PyroValueDecoder().decode([UInt8].self, from: value.asBytes)
        else { throw .unreadable("a message's text") }
        self.init(
            id: MessageID(id), board: board, time: Timestamp(microseconds: microseconds),
            origin: Origin(address: try text("ip"), port: port, road: Road(try text("road"))),
            author: record["author"]?.asText, attributes: try Self.attributes(record["attributes"]), body: body)
    }

    private static func attributes(_ value: PyroValue?) throws(AnswerError) -> Attributes {
        guard let value, let values = try? PyroValueDecoder().decode([String: String].self, from: value),
            let attributes = try? Attributes(values)
        else { throw .unreadable("a message's attributes") }
        return attributes
    }
}

extension PyroValue {
    /// A text as the bytes that it is; anything else as it is.
    fileprivate var asBytes: PyroValue {
        if case .string(let text) = self { return .bytes(Array(text.utf8)) }
        return self
    }
}
