import Foundation

/// Numbers as people read them: `20,000`.
package func grouped(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var at = digits.count - 3
    while at > 0 {
        digits.insert(",", at: digits.index(digits.startIndex, offsetBy: at))
        at -= 3
    }
    return number < 0 ? "-" + digits : digits
}

/// A number with so many places after the point.
func decimal(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }

/// A time with three digits that say something, and its unit: `812 us`, `4.50 ms`, `12.0 s`.
package func time(microseconds: Double) -> String {
    let (value, unit): (Double, String) =
        switch microseconds {
        case ..<999.5: (microseconds, "us")
        case ..<999_500: (microseconds / 1e3, "ms")
        default: (microseconds / 1e6, "s")
        }
    return value == 0 ? "0" : "\(decimal(value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0)) \(unit)"
}

/// A time without zeros after the point: for times that somebody chose.
package func roundTime(microseconds: Double) -> String {
    let parts = time(microseconds: microseconds).split(separator: " ")
    guard parts.count == 2, let number = Double(parts[0]) else { return "0" }
    return "\(number.formatted(.number.grouping(.never))) \(parts[1])"
}

/// Bytes in the unit that leaves one to three digits before the point.
package func size(bytes: Double) -> String {
    switch bytes {
    case ..<1_048_576: "\(decimal(bytes / 1_024, 1)) KiB"
    case ..<1_073_741_824: "\(decimal(bytes / 1_048_576, 1)) MiB"
    default: "\(decimal(bytes / 1_073_741_824, 2)) GiB"
    }
}

/// Words as they are listed: `a, b and c`.
func listed(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
}

/// A text without what could do something to a terminal or is not allowed in a document: control characters, and those that
/// turn the direction of writing.
func visible(_ text: String) -> String {
    String(
        String.UnicodeScalarView(
            text.unicodeScalars.map { scalar in
                switch scalar.value {
                case 0x00...0x08, 0x0B...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069, 0xFFFE, 0xFFFF: "\u{FFFD}"
                default: scalar
                }
            }))
}

/// A text in lines of at most so many signs, broken at spaces; all lines but the first begin with spaces.
package func wrapped(_ text: String, columns: Int = 100, indent: Int = 0) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
        if !line.isEmpty, line.count + 1 + word.count > columns {
            lines.append(line)
            line = String(repeating: " ", count: indent)
        }
        line += line.allSatisfy { $0 == " " } ? String(word) : " \(word)"
    }
    return line.isEmpty ? lines : lines + [line]
}
