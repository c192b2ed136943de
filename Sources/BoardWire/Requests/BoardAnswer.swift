public import MessageBoard

/// The pieces of an answer (protocols.md, section 1), appended to bytes: an answer may be longer than memory, so nobody
/// has to hold a whole one.
///
/// ```
///  byte 0   1    2 ... to the end of the PDU
/// +------+-----+--------------------------------------------------------------+
/// | code | ":" | payload; without one the answer is the code alone            |
/// +------+-----+--------------------------------------------------------------+
///   to "1"       nothing
///   to "2"       id ":" id ":" ...
///   to "3"       time ":" ip ":" port ":" text
///   to "4"       time " " ip " " port " " text ":" time " " ...
///   to "6"       record ":" record ":" ...     (see MessageRecord)
///   to "7"       id
///   "8", "9"     a reason in words
/// ```
public enum BoardAnswer {
    /// A whole answer that says how it went and nothing more; the reason goes along where the code allows one.
    public static func outcome(_ code: AnswerCode, reason: String? = nil) -> [UInt8] {
        guard code.hasReason, let reason else { return [code.rawValue] }
        return [code.rawValue, separator] + Array(reason.utf8.prefix(maximumReasonBytes))
    }

    /// The whole answer to ``BoardRequest/publishFull(_:)``.
    public static func published(_ id: MessageID) -> [UInt8] {
        [AnswerCode.ok.rawValue, separator] + Array(String(id).utf8)
    }

    /// The whole answer to ``BoardRequest/get(_:)``.
    public static func text(_ message: Message) -> [UInt8] {
        var bytes = [AnswerCode.ok.rawValue]
        bytes.reserveCapacity(message.body.count + 64)
        bytes.append(separator)
        appendHead(of: message, separator: separator, to: &bytes)
        bytes.append(contentsOf: message.body)
        return bytes
    }

    /// One more number of an answer to ``BoardRequest/lastIDs(count:)``.
    public static func append(_ id: MessageID, to bytes: inout [UInt8]) {
        bytes.append(separator)
        bytes.append(contentsOf: String(id).utf8)
    }

    /// One more message of an answer to ``BoardRequest/lastTexts(count:)``.
    public static func appendText(_ message: Message, to bytes: inout [UInt8]) {
        bytes.append(separator)
        appendHead(of: message, separator: UInt8(ascii: " "), to: &bytes)
        bytes.append(contentsOf: message.body)
    }

    /// The records of an answer to ``BoardRequest/lastRecords(count:board:withRoad:)``: `0:`, and `:` between two.
    public struct Records {
        /// What stands before the first record.
        public static let opening = [AnswerCode.ok.rawValue, separator]

        private let withRoad: Bool
        private var isFirst = true

        /// - Parameter withRoad: whether each record ends with the message's road.
        public init(withRoad: Bool) {
            self.withRoad = withRoad
        }

        /// One more record.
        public mutating func append(_ message: Message, to bytes: inout [UInt8]) {
            if !isFirst { bytes.append(separator) }
            isFirst = false
            MessageRecord.append(message, withRoad: withRoad, to: &bytes)
        }
    }

    /// The whole answer to ``BoardRequest/getRecord(_:withRoad:)``.
    public static func record(_ message: Message, withRoad: Bool) -> [UInt8] {
        var bytes = Records.opening
        MessageRecord.append(message, withRoad: withRoad, to: &bytes)
        return bytes
    }

    /// Between the code and the payload, and between the parts of one.
    static let separator = UInt8(ascii: ":")
    /// Most bytes of a reason.
    static let maximumReasonBytes = 200

    private static func appendHead(of message: Message, separator: UInt8, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: message.time.description.utf8)
        bytes.append(separator)
        appendAddress(message.origin.address, to: &bytes)
        bytes.append(separator)
        bytes.append(contentsOf: String(message.origin.port).utf8)
        bytes.append(separator)
    }

    /// What stands before the text in the answers whose fields are joined by spaces.
    static func head(of message: Message) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(96)
        appendHead(of: message, separator: UInt8(ascii: " "), to: &bytes)
        return bytes
    }

    /// The address without colons: an IPv6 one as its `ipv6-literal.net` name, a zone's `%` as `s`.
    private static func appendAddress(_ address: String, to bytes: inout [UInt8]) {
        guard address.utf8.contains(separator) else { return bytes.append(contentsOf: address.utf8) }
        for byte in address.utf8 {
            bytes.append(byte == separator ? UInt8(ascii: "-") : byte == UInt8(ascii: "%") ? UInt8(ascii: "s") : byte)
        }
        bytes.append(contentsOf: ".ipv6-literal.net".utf8)
    }
}
