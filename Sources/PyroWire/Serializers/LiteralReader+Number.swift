/// `12`, `-0x1f`, `1_000`, `1.5e-7`, `2j`, and the sum `1.0+2.0j` that a complex number is.
extension LiteralReader {
    mutating func number() throws(PyroDataError) -> PyroValue {
        let start = place
        let first = try signed()
        guard try skipBlanks(), bytes[place] == 0x2B || bytes[place] == 0x2D else { return first.value }
        // After a number a sign can only be that of an imaginary part.
        let isMinus = bytes[place] == 0x2D
        place += 1
        guard try skipBlanks() else { throw unexpected() }
        let second = try unsigned(isNegative: false)
        guard second.isImaginary, !first.isImaginary, case .complex(_, let imaginary) = second.value else {
            throw PyroDataError(.malformed, "a sum that is no complex number", offset: start)
        }
        let real =
            switch first.value {
            case .int(let number): Double(number)
            case .bigInt(let digits): Double(digits) ?? .infinity
            case .float(let number): number
            default: 0.0
            }
        // Python adds two complex numbers, each with a part of +0.0.
        return isMinus ? .complex(real - 0, 0 - imaginary) : .complex(real + 0, 0 + imaginary)
    }

    private typealias Number = (value: PyroValue, isImaginary: Bool)

    private mutating func signed() throws(PyroDataError) -> Number {
        let byte = bytes[place]
        guard byte == 0x2B || byte == 0x2D else { return try unsigned(isNegative: false) }
        place += 1
        guard try skipBlanks() else { throw unexpected() }
        return try unsigned(isNegative: byte == 0x2D)
    }

    private mutating func unsigned(isNegative: Bool) throws(PyroDataError) -> Number {
        let start = place
        var number = 0
        while place < bytes.count, place < start + 18, bytes[place] &- 0x30 < 10 {
            number = number &* 10 &+ Int(bytes[place] &- 0x30)
            place += 1
        }
        let length = place - start
        let isPlain = length == 1 || length > 1 && bytes[start] != 0x30
        if isPlain, place == bytes.count || !Self.isPartOfNumber(bytes[place]) {
            return (.int(isNegative ? -number : number), false)
        }
        place = start
        return try written(isNegative: isNegative)
    }

    /// Letters, digits, `_` and `.`: what a number may go on with.
    private static func isPartOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2E: true
        default: false
        }
    }

    /// A number of any form.
    private mutating func written(isNegative: Bool) throws(PyroDataError) -> Number {
        let start = place
        let word = try numberWord()
        func malformed() -> PyroDataError {
            let shown = quoted(String(decoding: word, as: UTF8.self))
            return PyroDataError(.malformed, "\(shown) is no number", offset: start)
        }
        if word.count > 2, word[0] == 0x30, let base = Self.base(word[1]) {
            let digits = Array(word[2...])
            guard digits.allSatisfy({ ByteScan.hexDigit($0).map { $0 < base } ?? false }) else { throw malformed() }
            return (try WholeNumber.value(digits, base: base, isNegative: isNegative), false)
        }
        if word.allSatisfy({ (0x30...0x39).contains($0) }) {
            // `007` is an octal number of old, and an error now.
            guard word[0] != 0x30 || word.allSatisfy({ $0 == 0x30 }) else { throw malformed() }
            return (try WholeNumber.value(decimal: word, isNegative: isNegative), false)
        }
        let isImaginary = word.last == 0x6A || word.last == 0x4A
        let digits = isImaginary ? word.dropLast() : word[...]
        guard Self.isFloat(digits), let magnitude = Double(String(decoding: digits, as: UTF8.self)) else {
            throw malformed()
        }
        guard isImaginary else { return (.float(isNegative ? -magnitude : magnitude), false) }
        return (isNegative ? .complex(-0.0, -magnitude) : .complex(0, magnitude), true)
    }

    /// The letters and digits here without their `_`, each of which has to stand between two of them.
    private mutating func numberWord() throws(PyroDataError) -> [UInt8] {
        let start = place
        var word: [UInt8] = []
        let isHexadecimal = place + 1 < bytes.count && bytes[place] == 0x30 && bytes[place + 1] | 0x20 == 0x78
        func isDigit(_ byte: UInt8) -> Bool {
            isHexadecimal ? ByteScan.hexDigit(byte) != nil : (0x30...0x39).contains(byte)
        }
        while place < bytes.count {
            let byte = bytes[place]
            if byte == 0x2B || byte == 0x2D {
                // A sign belongs to it after the `e` of an exponent only.
                guard !isHexadecimal, let last = word.last, last | 0x20 == 0x65 else { break }
            } else if !Self.isPartOfNumber(byte) {
                break
            }
            place += 1
            guard byte == 0x5F else {
                word.append(byte)
                continue
            }
            let isAfterBase = word.count == 2 && Self.base(word[1]) != nil
            guard let last = word.last, bytes[place - 2] != 0x5F, isDigit(last) || isAfterBase, place < bytes.count,
                isDigit(bytes[place])
            else { throw PyroDataError(.malformed, "a number with a stray _", offset: start) }
        }
        guard !word.isEmpty else { throw unexpected() }
        return word
    }

    private static func base(_ letter: UInt8) -> UInt32? {
        switch letter {
        case 0x78, 0x58: 16
        case 0x6F, 0x4F: 8
        case 0x62, 0x42: 2
        default: nil
        }
    }

    /// Digits with at most one point and one exponent: what the library reads besides (`nan`, `0x1p3`) is none.
    static func isFloat(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        func digits() -> Int {
            let after = rest.drop { (0x30...0x39).contains($0) }
            defer { rest = after }
            return rest.count - after.count
        }
        var mantissa = digits()
        if rest.first == 0x2E {
            rest.removeFirst()
            mantissa += digits()
        }
        guard mantissa > 0 else { return false }
        if let letter = rest.first, letter | 0x20 == 0x65 {
            rest.removeFirst()
            if rest.first == 0x2B || rest.first == 0x2D { rest.removeFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
