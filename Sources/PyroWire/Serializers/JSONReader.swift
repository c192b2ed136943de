/// Reads JSON as Python's `json.loads` does: `NaN`, `Infinity` and whole numbers of any size among it.
struct JSONReader: ~Copyable {
    private let bytes: UnsafeRawBufferPointer
    private var place = 0
    private var stack: ValueStack

    /// What the grammar has next. `first` is the place after an opening bracket, `key` and `firstKey` that before a colon.
    private enum Due { case value, first, key, firstKey, colon, separator }

    init(_ bytes: UnsafeRawBufferPointer, _ limits: PyroDataLimits) {
        self.bytes = bytes
        stack = ValueStack(limits)
    }

    mutating func document() throws(PyroDataError) -> PyroValue {
        var due = Due.value
        while skipBlanks() { due = try step(due, bytes[place]) }
        guard stack.kind == nil, due == .separator else { throw unexpected() }
        return stack.pop()
    }

    private mutating func step(_ due: Due, _ byte: UInt8) throws(PyroDataError) -> Due {
        switch (due, byte) {
        case (.separator, 0x2C) where stack.kind != nil:  // ,
            place += 1
            return stack.kind == .dict ? .key : .value
        case (.separator, 0x5D), (.first, 0x5D):  // ]
            guard stack.kind == .list else { throw unexpected() }
            try close()
            return .separator
        case (.separator, 0x7D), (.firstKey, 0x7D):  // }
            guard stack.kind == .dict else { throw unexpected() }
            try close()
            return .separator
        case (.colon, 0x3A):
            place += 1
            return .value
        case (.key, 0x22), (.firstKey, 0x22):
            try pushText()
            return .colon
        case (.value, _), (.first, _): return try value(byte)
        default: throw unexpected()
        }
    }

    private mutating func close() throws(PyroDataError) {
        try stack.close(at: place)
        place += 1
    }

    private mutating func value(_ byte: UInt8) throws(PyroDataError) -> Due {
        let start = place
        switch byte {
        case 0x22: try pushText()
        case 0x5B:
            try stack.open(.list, at: start)
            place += 1
            return .first
        case 0x7B:
            try stack.open(.dict, at: start)
            place += 1
            return .firstKey
        case 0x6E where takes("null"): try stack.push(.none, at: start)
        case 0x74 where takes("true"): try stack.push(.bool(true), at: start)
        case 0x66 where takes("false"): try stack.push(.bool(false), at: start)
        case 0x4E where takes("NaN"): try stack.push(.float(.nan), at: start)
        case 0x49 where takes("Infinity"): try stack.push(.float(.infinity), at: start)
        case 0x2D where takes("-Infinity"): try stack.push(.float(-.infinity), at: start)
        default: try stack.push(try number(), at: start)
        }
        return .separator
    }

    private mutating func skipBlanks() -> Bool {
        while place < bytes.count {
            switch bytes[place] {
            case 0x20, 0x09, 0x0A, 0x0D: place += 1
            default: return true
            }
        }
        return false
    }

    private mutating func takes(_ word: StaticString) -> Bool {
        let end = place + word.utf8CodeUnitCount
        guard end <= bytes.count else { return false }
        for offset in 0..<word.utf8CodeUnitCount where bytes[place + offset] != word.utf8Start[offset] { return false }
        place = end
        return true
    }

    private func unexpected() -> PyroDataError {
        guard place < bytes.count else {
            return PyroDataError(.malformed, "the JSON ends too early", offset: place)
        }
        return PyroDataError(.malformed, "unexpected \(ByteScan.shown(bytes[place])) in JSON", offset: place)
    }

    // MARK: Numbers

    private mutating func number() throws(PyroDataError) -> PyroValue {
        let start = place
        let isNegative = bytes[place] == 0x2D
        if isNegative { place += 1 }
        let first = place
        skipDigits()
        guard place > first, bytes[first] != 0x30 || place == first + 1 else { throw unexpected() }
        let digits = bytes[first..<place]
        var isWhole = true
        if place + 1 < bytes.count, bytes[place] == 0x2E, isDigit(place + 1) {
            isWhole = false
            place += 1
            skipDigits()
        }
        if place + 1 < bytes.count, bytes[place] | 0x20 == 0x65 {
            var exponent = place + 1
            if bytes[exponent] == 0x2B || bytes[exponent] == 0x2D { exponent += 1 }
            if isDigit(exponent) {
                isWhole = false
                place = exponent
                skipDigits()
            }
        }
        guard isWhole else {
            guard let number = Double(String(decoding: bytes[start..<place], as: UTF8.self)) else { throw unexpected() }
            return .float(number)
        }
        guard digits.count <= 18 else { return try WholeNumber.value(decimal: digits, isNegative: isNegative) }
        var number = 0
        for digit in digits { number = number &* 10 &+ Int(digit &- 0x30) }
        return .int(isNegative ? -number : number)
    }

    private func isDigit(_ place: Int) -> Bool { place < bytes.count && bytes[place] &- 0x30 < 10 }

    private mutating func skipDigits() { while isDigit(place) { place += 1 } }

    // MARK: Texts

    private mutating func pushText() throws(PyroDataError) {
        let start = place
        place += 1
        let end = ByteScan.special(bytes, from: place, quote: 0x22)
        if end < bytes.count, bytes[end] == 0x22 {
            let text = try ByteScan.text(UnsafeRawBufferPointer(rebasing: bytes[place..<end]), at: start)
            place = end + 1
            return try stack.push(.string(text), at: start)
        }
        var content: [UInt8] = []
        while true {
            let end = ByteScan.special(bytes, from: place, quote: 0x22)
            content.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[place..<end]))
            place = end
            guard place < bytes.count, bytes[place] >= 0x20 else { throw unexpected() }
            place += 1
            if bytes[place - 1] == 0x22 { break }
            try escape(start, to: &content)
        }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw PyroDataError(.malformed, "a text that is not UTF-8", offset: start)
        }
        try stack.push(.string(text), at: start)
    }

    private mutating func escape(_ start: Int, to content: inout [UInt8]) throws(PyroDataError) {
        guard place < bytes.count else { throw unexpected() }
        switch bytes[place] {
        case 0x22, 0x5C, 0x2F: content.append(bytes[place])
        case 0x62: content.append(8)
        case 0x66: content.append(12)
        case 0x6E: content.append(10)
        case 0x72: content.append(13)
        case 0x74: content.append(9)
        case 0x75:
            let scalar = try self.scalar(start)
            return content.append(contentsOf: UTF8.encode(scalar)!)
        default: throw unexpected()
        }
        place += 1
    }

    /// The character of an escape in four hexadecimal digits, or of two of them that are halves of one.
    private mutating func scalar(_ start: Int) throws(PyroDataError) -> Unicode.Scalar {
        let high = try codeUnit()
        if let scalar = Unicode.Scalar(high) { return scalar }
        if high < 0xDC00, place + 1 < bytes.count, bytes[place] == 0x5C, bytes[place + 1] == 0x75 {
            place += 1
            let low = try codeUnit()
            if (0xDC00...0xDFFF).contains(low),
                let scalar = Unicode.Scalar((high - 0xD800) << 10 + (low - 0xDC00) + 0x10000)
            {
                return scalar
            }
        }
        throw PyroDataError(
            .unsupported, "the escape of U+\(String(high, radix: 16, uppercase: true)), which is half a character",
            offset: start)
    }

    private mutating func codeUnit() throws(PyroDataError) -> UInt32 {
        place += 1
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard place < bytes.count, let digit = ByteScan.hexDigit(bytes[place]) else { throw unexpected() }
            code = code << 4 | digit
            place += 1
        }
        return code
    }
}
