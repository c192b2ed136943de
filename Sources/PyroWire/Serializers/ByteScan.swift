/// The search that reading and writing texts spend their time in.
enum ByteScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The first place from `start` on of the quote, a backslash or a control character below a space; the end when there is none.
    @inline(__always)
    static func special(_ bytes: UnsafeRawBufferPointer, from start: Int, quote: UInt8) -> Int {
        var place = start
        let quotes = ones &* UInt64(quote)
        while place &+ 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            let quoted = word ^ quotes
            let escaped = word ^ (ones &* 0x5C)
            // A byte's high bit comes out where the subtraction borrows: exact for the lowest such byte.
            let hits =
                ((quoted &- ones) & ~quoted | (escaped &- ones) & ~escaped | (word &- ones &* 0x20) & ~word) & highs
            if hits != 0 { return place &+ hits.trailingZeroBitCount >> 3 }
            place &+= 8
        }
        while place < bytes.count {
            let byte = bytes[place]
            if byte == quote || byte == 0x5C || byte < 0x20 { return place }
            place &+= 1
        }
        return place
    }

    /// The value of a hexadecimal digit.
    static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46: UInt32(byte - 0x41 + 10)
        case 0x61...0x66: UInt32(byte - 0x61 + 10)
        default: nil
        }
    }

    /// A byte of a document as a message to people shows it.
    static func shown(_ byte: UInt8) -> String {
        (0x21...0x7E).contains(byte)
            ? "\"\(Character(Unicode.Scalar(byte)))\"" : "byte 0x\(String(byte, radix: 16))"
    }

    /// The text of UTF-8.
    static func text(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(PyroDataError) -> String {
        let utf8 = bytes.bindMemory(to: UInt8.self)
        // What is ASCII needs no check, which costs more than the copy.
        if isASCII(bytes) { return String(decoding: utf8, as: UTF8.self) }
        guard let text = String(validating: utf8, as: UTF8.self) else {
            throw PyroDataError(.malformed, "a text that is not UTF-8", offset: offset)
        }
        return text
    }

    static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var place = 0
        while place &+ 8 <= bytes.count {
            if bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self) & highs != 0 { return false }
            place &+= 8
        }
        while place < bytes.count {
            if bytes[place] >= 0x80 { return false }
            place &+= 1
        }
        return true
    }
}

extension [UInt8] {
    /// Appends ASCII text.
    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a whole number in decimal.
    mutating func appendDecimal(_ number: Int) {
        if 0 <= number, number < 10 { return append(0x30 + UInt8(truncatingIfNeeded: number)) }
        var rest = number.magnitude
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var place = 20
            repeat {
                place -= 1
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                digits[place] = 0x30 + UInt8(truncatingIfNeeded: digit)
                rest = quotient
            } while rest > 0
            if number < 0 { append(0x2D) }
            append(contentsOf: UnsafeBufferPointer(rebasing: digits[place...]))
        }
    }

    /// Appends a finite number so that it reads back as the same: `1.5`, `1e+16`, `5e-324`.
    mutating func appendFinite(_ number: Double) { append(contentsOf: number.description.utf8) }

    /// Appends hexadecimal digits, as many as are asked for.
    mutating func appendHex(_ number: UInt32, digits: Int) {
        for digit in (0..<digits).reversed() {
            let value = UInt8(truncatingIfNeeded: number >> UInt32(4 * digit) & 15)
            append(value < 10 ? 0x30 + value : 0x61 + value - 10)
        }
    }
}
