public import MessageBoard

/// Why an answer could not be used.
public enum AnswerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The server said no.
    case refused(AnswerCode, reason: String)
    /// It is not an answer of this protocol; what could not be read.
    case unreadable(_ what: String)

    /// In words for a person.
    public var description: String {
        switch self {
        case .refused(let code, let reason): reason.isEmpty ? code.meaning : "\(code.meaning): \(reason)"
        case .unreadable(let what): "what answers there is not a board: \(what) cannot be read"
        }
    }
}

/// Takes an answer as it arrives, in pieces of any size, and gives its records one by one, so that an answer of any
/// length needs the memory of its longest record.
///
/// The states: code -> separator -> records, or -> refused.
public struct AnswerReader: ~Copyable {
    private enum State {
        case code
        case separator(AnswerCode)
        case records
        case refused(AnswerCode)
    }

    private var state = State.code
    private var record: [UInt8] = []

    /// A reader at the beginning of an answer.
    public init() {}

    /// Takes the next bytes, and gives the messages of the records that they complete.
    public mutating func take(_ bytes: [UInt8]) throws(AnswerError) -> [Message] {
        var rest = bytes[...]
        var messages: [Message] = []
        while !rest.isEmpty {
            switch state {
            case .code:
                guard let code = AnswerCode(rawValue: rest.removeFirst()) else { throw .unreadable("its first byte") }
                state = .separator(code)
            case .separator(let code):
                guard rest.removeFirst() == BoardAnswer.separator else { throw .unreadable("its second byte") }
                state = code == .ok ? .records : .refused(code)
            case .records:
                let end = rest.firstIndex(of: BoardAnswer.separator)
                record += rest[..<(end ?? rest.endIndex)]
                rest = rest[(end.map { $0 + 1 } ?? rest.endIndex)...]
                if end != nil { messages.append(try completedRecord()) }
            case .refused:
                record += rest.prefix(
                    BoardAnswer.maximumReasonBytes - min(record.count, BoardAnswer.maximumReasonBytes))
                rest = []
            }
        }
        return messages
    }

    /// The answer is over: the last message, if there is one more.
    public consuming func finish() throws(AnswerError) -> Message? {
        switch state {
        case .code: throw .unreadable("an empty answer")
        case .separator(.ok): return nil
        case .separator(let code): throw .refused(code, reason: "")
        case .refused(let code): throw .refused(code, reason: String(decoding: record, as: UTF8.self))
        case .records: return record.isEmpty ? nil : try MessageRecord.decode(record[...])
        }
    }

    private mutating func completedRecord() throws(AnswerError) -> Message {
        defer { record.removeAll(keepingCapacity: true) }
        return try MessageRecord.decode(record[...])
    }
}

extension BoardAnswer {
    /// Reads the answer to ``BoardRequest/publishFull(_:)``.
    public static func publishedID(_ answer: [UInt8]) throws(AnswerError) -> MessageID {
        guard let first = answer.first, let code = AnswerCode(rawValue: first) else {
            throw .unreadable("its first byte")
        }
        let payload = String(decoding: answer.dropFirst(2), as: UTF8.self)
        guard code == .ok else { throw .refused(code, reason: payload) }
        guard let id = MessageID(payload), id > 0 else { throw .unreadable("the id") }
        return id
    }
}
