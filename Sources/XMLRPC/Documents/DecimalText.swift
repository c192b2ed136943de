/// Numbers as decimal text.
enum DecimalText {
    /// Appends a whole number.
    static func append(_ number: Int64, to bytes: inout [UInt8]) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = number.magnitude
        let start = bytes.count
        repeat {
            bytes.append(UInt8(truncatingIfNeeded: 0x30 + rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    /// Appends a finite number without an exponent, as the specification has it: the fewest digits that read back as the
    /// same number, and a point among them.
    static func append(_ number: Double, to bytes: inout [UInt8]) {
        // The library's shortest digits, "-1.25e-07", with the point moved to where the exponent says.
        var text = Array(number.description.utf8)[...]
        if text.first == UInt8(ascii: "-") { bytes.append(text.removeFirst()) }
        var exponent = 0
        if let mark = text.firstIndex(of: UInt8(ascii: "e")) {
            exponent = Int(String(decoding: text[(mark + 1)...], as: UTF8.self)) ?? 0
            text = text[..<mark]
        }
        let point = text.firstIndex(of: UInt8(ascii: ".")) ?? text.endIndex
        let digits = text[..<point] + text[point...].dropFirst()
        /// How many digits come before the point.
        let whole = point - text.startIndex + exponent
        let zero = UInt8(ascii: "0")
        if whole <= 0 {
            bytes.append(contentsOf: [zero, UInt8(ascii: ".")])
            bytes.append(contentsOf: repeatElement(zero, count: -whole))
            bytes.append(contentsOf: digits)
        } else if whole >= digits.count {
            bytes.append(contentsOf: digits)
            bytes.append(contentsOf: repeatElement(zero, count: whole - digits.count))
            bytes.append(contentsOf: [UInt8(ascii: "."), zero])
        } else {
            bytes.append(contentsOf: digits.prefix(whole))
            bytes.append(UInt8(ascii: "."))
            bytes.append(contentsOf: digits.dropFirst(whole))
        }
    }
}
