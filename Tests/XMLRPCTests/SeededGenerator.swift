import XMLRPC
import SeededRandom

extension SeededGenerator {
    mutating func bytes(upTo count: Int) -> [UInt8] {
        (0..<Int.random(in: 0...count, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    mutating func text(upTo count: Int) -> String {
        let characters: [Unicode.Scalar] = [
            "a", "Z", "0", " ", "\n", "\r", "\t", "<", ">", "&", "]", "\"", "'", "ä", "漢", "🎈", "\u{FFFD}", "\u{85}",
            "\u{FEFF}",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...count, using: &self) {
            text.append(characters.randomElement(using: &self) ?? "a")
        }
        return String(text)
    }

    /// Any number that can be written: all exponents alike.
    mutating func double() -> Double {
        while true {
            let double = Double(bitPattern: next())
            if double.isFinite { return double }
        }
    }

    mutating func date() -> XMLRPCDateTime {
        while true {
            let date = XMLRPCDateTime(
                year: .random(in: 0...9999, using: &self), month: .random(in: 1...12, using: &self),
                day: .random(in: 1...31, using: &self), hour: .random(in: 0...23, using: &self),
                minute: .random(in: 0...59, using: &self), second: .random(in: 0...60, using: &self),
                isUTC: .random(using: &self))
            if let date { return date }
        }
    }

    /// A value with at most so many values above each other.
    mutating func value(depth: Int) -> XMLRPCValue {
        switch Int.random(in: 0..<(depth > 1 ? 9 : 7), using: &self) {
        case 0: return .int(Int64(bitPattern: next()) >> Int64.random(in: 0...63, using: &self))
        case 1: return .boolean(.random(using: &self))
        case 2: return .string(text(upTo: 20))
        case 3: return .double(double())
        case 4: return .dateTime(date())
        case 5: return .base64(bytes(upTo: 30))
        case 6: return .nil
        case 7: return .array((0..<Int.random(in: 0...4, using: &self)).map { _ in value(depth: depth - 1) })
        default:
            var members: [String: XMLRPCValue] = [:]
            for _ in 0..<Int.random(in: 0...4, using: &self) { members[text(upTo: 5)] = value(depth: depth - 1) }
            return .struct(members)
        }
    }
}
