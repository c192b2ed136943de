/// A decimal number as clients write it: white space around it, a sign if they like, any number of digits.
enum DecimalField {
    /// The number; one too large for 64 bits gives the largest there is (or the smallest). `nil` when it is no number.
    static func read(_ field: ArraySlice<UInt8>) -> Int64? {
        var digits = field
        while let first = digits.first, first.isASCIIWhitespace { digits.removeFirst() }
        while let last = digits.last, last.isASCIIWhitespace { digits.removeLast() }
        let sign = digits.first
        let isNegative = sign == UInt8(ascii: "-")
        if isNegative || sign == UInt8(ascii: "+") { digits.removeFirst() }
        guard !digits.isEmpty else { return nil }
        var value: Int64 = 0
        for byte in digits {
            guard byte &- 0x30 < 10 else { return nil }
            let (shifted, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (next, carried) = shifted.addingReportingOverflow(Int64(byte - 0x30))
            value = tooLarge || carried ? .max : next
        }
        return isNegative ? -value : value
    }
}

extension UInt8 {
    /// Whether it is a space, a tab, or one of the line ends of ASCII.
    var isASCIIWhitespace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
