package import BoardWire
package import MessageBoard
package import XMLRPC

/// The board's own types as the values of `/RPC2` (protocols.md, "XML-RPC").

extension PublishRequest {
    /// The last parameter of `publish_to`.
    package var options: XMLRPCValue {
        var members: [String: XMLRPCValue] = [:]
        if let author { members["author"] = .string(author) }
        if let requestID { members["request_id"] = .base64(requestID) }
        if !attributes.isEmpty { members["attributes"] = .struct(attributes.values.mapValues { .string($0) }) }
        return .struct(members)
    }
}

extension MessageStretch {
    init(_ value: XMLRPCValue) throws(AnswerError) {
        guard case .struct(let members) = value, case .int(let after) = members["after"],
            case .int(let through) = members["through"]
        else { throw .unreadable("the range") }
        self.after = after
        self.through = through
    }
}

extension XMLRPCValue {
    /// A message's number.
    var messageID: MessageID {
        get throws(AnswerError) {
            guard case .int(let id) = self, id > 0 else { throw .unreadable("the id") }
            return id
        }
    }

    /// A string, or base64 that is one: text with characters that XML does not have.
    fileprivate var carriedText: String? {
        switch self {
        case .string(let text): text
        case .base64(let bytes): String(validating: bytes, as: UTF8.self)
        default: nil
        }
    }
}

extension Message {
    /// Reads the struct of a message.
    package init(_ value: XMLRPCValue) throws(AnswerError) {
        guard case .struct(let members) = value else { throw .unreadable("a message") }
        func text(_ name: String) throws(AnswerError) -> String {
            guard let text = members[name]?.carriedText else { throw .unreadable("a message's \(name)") }
            return text
        }
        guard case .int(let id) = members["id"], id > 0 else { throw .unreadable("a message's id") }
        guard let board = BoardName(try text("board")) else { throw .unreadable("a message's board") }
        guard case .int(let port) = members["port"], let port = UInt16(exactly: port) else {
            throw .unreadable("a message's port")
        }
        var author: String?
        if let name = members["author"], name != .nil, name != .string("") { author = try text("author") }
        self.init(
            id: id, board: board, time: try Self.time(members["time"]),
            origin: Origin(address: try text("ip"), port: port, road: Road(try text("road"))), author: author,
            attributes: try Self.attributes(members["attributes"]), body: try Self.body(members["msg"]))
    }

    /// Reads an array of such structs.
    static func list(_ value: XMLRPCValue) throws(AnswerError) -> [Message] {
        guard case .array(let values) = value else { throw .unreadable("the messages") }
        var messages: [Message] = []
        messages.reserveCapacity(values.count)
        for value in values { messages.append(try Message(value)) }
        return messages
    }

    /// Seconds; those of the next two centuries are exact to the microsecond.
    private static func time(_ value: XMLRPCValue?) throws(AnswerError) -> Timestamp {
        guard case .double(let seconds) = value,
            let microseconds = Int64(exactly: (seconds * 1_000_000).rounded())
        else { throw .unreadable("a message's time") }
        return Timestamp(microseconds: microseconds)
    }

    private static func attributes(_ value: XMLRPCValue?) throws(AnswerError) -> Attributes {
        guard let value else { return .none }
        guard case .struct(let members) = value else { throw .unreadable("a message's attributes") }
        var values: [String: String] = [:]
        for (name, value) in members {
            guard let text = value.carriedText else { throw .unreadable("a message's attributes") }
            values[name] = text
        }
        do { return try Attributes(values) } catch { throw .unreadable("a message's attributes") }
    }

    private static func body(_ value: XMLRPCValue?) throws(AnswerError) -> [UInt8] {
        switch value {
        case .string(let text): Array(text.utf8)
        case .base64(let bytes): bytes
        default: throw .unreadable("a message's msg")
        }
    }
}
