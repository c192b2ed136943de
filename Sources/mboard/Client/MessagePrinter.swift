import Foundation
import MessageBoard

/// Prints messages, a line each: for people, or as JSON objects.
struct MessagePrinter {
    let json: Bool
    /// Whether a line for people names the message's board.
    var showsBoard = false

    func print(_ message: Message) {
        output(line: json ? Self.object(message) : line(message, colours: isTerminal(1)))
    }

    /// Bytes of a text that people are shown; `get` and `--json` have all of it.
    private static let longestLine = 1_024

    /// The line for people, without control characters except those of the colours.
    func line(_ message: Message, colours: Bool) -> String {
        let time = Date(timeIntervalSince1970: message.time.seconds).formatted(
            Date.VerbatimFormatStyle(
                format:
                    "\(year: .defaultDigits)-\(month: .twoDigits)-\(day: .twoDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)",
                timeZone: .current, calendar: Calendar(identifier: .gregorian)))
        let writer = message.author ?? message.origin.endpoint
        let board = showsBoard ? "\(message.board)  " : ""
        let head = "\(message.id)  \(time)  \(board)\(harmless(writer))"
        var text = harmless(String(decoding: message.body.prefix(Self.longestLine), as: UTF8.self))
        if message.body.count > Self.longestLine { text += "… (\(message.body.count) bytes: mboard get \(message.id))" }
        return (colours ? "\u{1B}[2m\(head)\u{1B}[0m" : head) + "  " + text
    }

    /// The object of the command's contract.
    private struct Object: Encodable {
        let message: Message

        enum Key: String, CodingKey {
            case id, board, time, origin, road, author, attributes, body
            case bodyBase64 = "body_base64"
        }

        func encode(to encoder: any Encoder) throws {
            var object = encoder.container(keyedBy: Key.self)
            try object.encode(message.id, forKey: .id)
            try object.encode(message.board.text, forKey: .board)
            try object.encode(message.time.seconds, forKey: .time)
            try object.encode(message.origin.endpoint, forKey: .origin)
            try object.encode(message.origin.road.name, forKey: .road)
            try object.encode(message.author, forKey: .author)
            try object.encode(message.attributes.values, forKey: .attributes)
            if let text = String(validating: message.body, as: UTF8.self) {
                try object.encode(text, forKey: .body)
            } else {
                try object.encode(Data(message.body).base64EncodedString(), forKey: .bodyBase64)
            }
        }
    }

    private static func object(_ message: Message) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        do {
            return String(decoding: try encoder.encode(Object(message: message)), as: UTF8.self)
        } catch {
            preconditionFailure("a message always has a JSON form: \(error)")
        }
    }
}
