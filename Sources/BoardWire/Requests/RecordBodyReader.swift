import Base64

/// Takes the answer to ``BoardRequest/getRecord(_:withRoad:)`` as it arrives and gives the message's body in pieces, so that
/// a body of any length takes no memory.
///
/// The states: code -> separator -> fields before the body -> body -> done, or -> refused.
public struct RecordBodyReader: ~Copyable {
    private enum State {
        case code
        case separator(AnswerCode)
        /// With so many commas still to come.
        case fields(Int)
        case body
        case done
        case refused(AnswerCode)
    }

    private var state = State.code
    /// Characters of the body that are no whole group of four yet; or the reason of a refusal.
    private var rest: [UInt8] = []
    private var isPadded = false

    /// A reader at the beginning of an answer.
    public init() {}

    /// Takes the next bytes, and gives those of the body that they hold.
    public mutating func take(_ bytes: ArraySlice<UInt8>) throws(AnswerError) -> [UInt8] {
        var bytes = bytes
        while !bytes.isEmpty {
            switch state {
            case .code:
                guard let code = AnswerCode(rawValue: bytes.removeFirst()) else { throw .unreadable("its first byte") }
                state = .separator(code)
            case .separator(let code):
                guard bytes.removeFirst() == BoardAnswer.separator else { throw .unreadable("its second byte") }
                state = code == .ok ? .fields(MessageRecord.fieldsBeforeBody) : .refused(code)
            case .fields(let count):
                guard let comma = bytes.firstIndex(of: MessageRecord.fieldSeparator) else { return [] }
                bytes = bytes[(comma + 1)...]
                state = count == 1 ? .body : .fields(count - 1)
            case .body:
                let end = bytes.firstIndex { $0 == MessageRecord.fieldSeparator || $0 == BoardAnswer.separator }
                if end != nil { state = .done }
                return try decode(bytes[..<(end ?? bytes.endIndex)])
            case .done: return []
            case .refused:
                rest += bytes.prefix(BoardAnswer.maximumReasonBytes - rest.count)
                return []
            }
        }
        return []
    }

    /// The answer is over.
    ///
    /// - Throws: ``AnswerError`` when it was a refusal, or ended before the body did.
    public consuming func finish() throws(AnswerError) {
        switch state {
        case .code: throw .unreadable("an empty answer")
        case .separator(.ok), .fields: throw .unreadable("it holds no message")
        case .separator(let code): throw .refused(code, reason: "")
        case .refused(let code): throw .refused(code, reason: String(decoding: rest, as: UTF8.self))
        case .body, .done: if !rest.isEmpty { throw .unreadable("the body") }
        }
    }

    private mutating func decode(_ characters: ArraySlice<UInt8>) throws(AnswerError) -> [UInt8] {
        if characters.isEmpty { return [] }
        guard !isPadded else { throw .unreadable("the body") }
        let whole: ArraySlice<UInt8>
        if rest.isEmpty {
            whole = characters.prefix(characters.count / 4 * 4)
            rest += characters[whole.endIndex...]
        } else {
            rest += characters
            let groups = rest.count / 4 * 4
            whole = rest[..<groups]
            rest = Array(rest[groups...])
        }
        isPadded = whole.last == UInt8(ascii: "=")
        do { return try Base64.field(whole) } catch { throw .unreadable("the body") }
    }
}
