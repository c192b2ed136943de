/// Whole numbers as text, past what 64 bits hold.
enum WholeNumber {
    /// Decimal digits that Python reads, writes and converts at most.
    static let maximumDigits = 4300

    /// The value of decimal digits; leading zeros are dropped.
    static func value(decimal digits: some Collection<UInt8>, isNegative: Bool) throws(PyroDataError) -> PyroValue {
        let significant = digits.drop { $0 == 0x30 }
        guard significant.count <= maximumDigits else {
            throw PyroDataError(
                .limit, "a whole number of \(significant.count) digits; Python reads at most \(maximumDigits)")
        }
        let text = (isNegative ? "-" : "") + String(decoding: significant, as: UTF8.self)
        if significant.isEmpty { return .int(0) }
        return Int(text).map(PyroValue.int) ?? .bigInt(text)
    }

    /// The value of digits in a base up to 16.
    static func value(_ digits: [UInt8], base: UInt32, isNegative: Bool) throws(PyroDataError) -> PyroValue {
        // 10 bits hold three decimal digits and a little.
        let bits = UInt64(UInt32.bitWidth - (base - 1).leadingZeroBitCount)
        guard digits.count * Int(bits) <= maximumDigits * 10 / 3 else {
            throw PyroDataError(.limit, "a whole number of \(digits.count) digits of base \(base)")
        }
        // As many digits at once as 30 bits hold.
        let atOnce = 30 / Int(bits)
        /// Digits of base 10^9, the lowest first.
        var limbs: [UInt64] = [0]
        for start in stride(from: 0, to: digits.count, by: atOnce) {
            let part = digits[start..<min(start + atOnce, digits.count)]
            var carry = part.reduce(0) { $0 << bits | UInt64(ByteScan.hexDigit($1) ?? 0) }
            for place in limbs.indices {
                carry += limbs[place] << (bits * UInt64(part.count))
                (carry, limbs[place]) = carry.quotientAndRemainder(dividingBy: 1_000_000_000)
            }
            while carry > 0 {
                limbs.append(carry % 1_000_000_000)
                carry /= 1_000_000_000
            }
        }
        var text: [UInt8] = []
        for limb in limbs.reversed() {
            let part = String(limb).utf8
            text.append(contentsOf: repeatElement(0x30, count: 9 - part.count))
            text.append(contentsOf: part)
        }
        return try value(decimal: text, isNegative: isNegative)
    }

    /// Whether a text is what ``PyroValue/bigInt(_:)`` holds and Python reads.
    static func isDecimal(_ text: String) -> Bool {
        let digits = text.utf8.first == 0x2D ? text.utf8.dropFirst() : text.utf8[...]
        return !digits.isEmpty && digits.count <= maximumDigits && digits.allSatisfy { (0x30...0x39).contains($0) }
            && (digits.first != 0x30 || digits.count == 1)
    }

    static func needDecimal(_ text: String) throws(PyroDataError) {
        guard isDecimal(text) else {
            throw PyroDataError(
                .unsupported, "\(quoted(text)) is no whole number of at most \(maximumDigits) decimal digits")
        }
    }
}
