/// Numbers read from decimal text.
enum NumberText {
    /// A whole number of so many bits, a sign and zeros before it if one likes.
    static func integer(_ text: ArraySlice<UInt8>, bits: Int) -> Int64? {
        var digits = text
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        guard !digits.isEmpty else { return nil }
        // Counted downwards, since there is one number more below zero than above.
        var number: Int64 = 0
        for byte in digits {
            guard 0x30...0x39 ~= byte else { return nil }
            let (product, isOver) = number.multipliedReportingOverflow(by: 10)
            let (sum, isOverToo) = product.subtractingReportingOverflow(Int64(byte - 0x30))
            guard !isOver, !isOverToo else { return nil }
            number = sum
        }
        let least = Int64.min >> (64 - Int64(bits))
        guard number >= least, isNegative || number > least else { return nil }
        return isNegative ? number : -number
    }

    /// A finite number: sign, digits with or without a point, exponent. Neither `nan` nor `inf`, nor one so large that a
    /// binary64 number could only be infinite.
    static func double(_ text: ArraySlice<UInt8>) -> Double? {
        var rest = text
        func sign() { if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() } }
        func digits() -> Int {
            let before = rest.count
            rest = rest.drop { 0x30...0x39 ~= $0 }
            return before - rest.count
        }
        sign()
        var count = digits()
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            count += digits()
        }
        guard count > 0 else { return nil }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            rest.removeFirst()
            sign()
            guard digits() > 0 else { return nil }
        }
        guard rest.isEmpty, let number = Double(String(decoding: text, as: UTF8.self)), number.isFinite else {
            return nil
        }
        return number
    }
}
