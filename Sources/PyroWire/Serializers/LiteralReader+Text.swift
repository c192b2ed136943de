/// `'…'`, `b"…"`, `u'…'`, `'''…'''`, and several of them side by side.
extension LiteralReader {
    /// What stands before a text's content.
    private struct Head {
        var isBytes = false
        var isRaw = false
        var isTriple = false
        var quote: UInt8 = 0
        /// Where the literal begins, for failures.
        var start: Int
    }

    /// Whether a text begins here: a quote, or a prefix and a quote.
    var isAtText: Bool {
        var end = place
        while end < bytes.count, end < place + 3 {
            switch bytes[end] {
            case 0x22, 0x27: return true
            case 0x42, 0x62, 0x52, 0x72, 0x55, 0x75: end += 1
            default: return false
            }
        }
        return false
    }

    mutating func text() throws(PyroDataError) -> PyroValue {
        let head = try self.head()
        // The usual one has no escape before its closing quote: nothing is copied twice.
        if !head.isTriple {
            let end = ByteScan.special(bytes, from: place, quote: head.quote)
            if end < bytes.count, bytes[end] == head.quote {
                let content = UnsafeRawBufferPointer(rebasing: bytes[place..<end])
                place = end + 1
                guard try skipBlanks(), isAtText else { return try Self.finished(content, head) }
                return try joined(Array(content), head)
            }
        }
        var content: [UInt8] = []
        try readContent(head, to: &content)
        return try joined(content, head)
    }

    /// Adds what stands beside a text.
    private mutating func joined(_ first: [UInt8], _ head: Head) throws(PyroDataError) -> PyroValue {
        var content = first
        while try skipBlanks(), isAtText {
            let next = try self.head()
            guard next.isBytes == head.isBytes else {
                throw PyroDataError(.malformed, "a text beside bytes", offset: next.start)
            }
            try readContent(next, to: &content)
        }
        if head.isBytes { return .bytes(content) }
        return try content.withUnsafeBytes { bytes in
            Result { () throws(PyroDataError) in try Self.finished(bytes, head) }
        }.get()
    }

    private static func finished(
        _ content: UnsafeRawBufferPointer, _ head: Head
    ) throws(PyroDataError) -> PyroValue {
        guard head.isBytes else { return .string(try ByteScan.text(content, at: head.start)) }
        guard ByteScan.isASCII(content) else {
            throw PyroDataError(.malformed, "bytes with a character beyond ASCII", offset: head.start)
        }
        return .bytes(Array(content))
    }

    private mutating func head() throws(PyroDataError) -> Head {
        var head = Head(start: place)
        while true {
            switch bytes[place] {
            case 0x42 where !head.isBytes, 0x62 where !head.isBytes: head.isBytes = true
            case 0x52 where !head.isRaw, 0x72 where !head.isRaw: head.isRaw = true
            // `u` stands alone.
            case 0x55 where standsAlone(head), 0x75 where standsAlone(head): break
            case 0x22, 0x27:
                head.quote = bytes[place]
                place += 1
                if place + 1 < bytes.count, bytes[place] == head.quote, bytes[place + 1] == head.quote {
                    head.isTriple = true
                    place += 2
                }
                return head
            default: throw unexpected()
            }
            place += 1
        }
    }

    private func standsAlone(_ head: Head) -> Bool {
        place == head.start && (bytes[place + 1] == 0x22 || bytes[place + 1] == 0x27)
    }

    /// Reads up to the closing quote and over it.
    private mutating func readContent(_ head: Head, to content: inout [UInt8]) throws(PyroDataError) {
        while true {
            let end = ByteScan.special(bytes, from: place, quote: head.quote)
            let run = UnsafeRawBufferPointer(rebasing: bytes[place..<end])
            if head.isBytes, !ByteScan.isASCII(run) {
                throw PyroDataError(.malformed, "bytes with a character beyond ASCII", offset: head.start)
            }
            content.append(contentsOf: run)
            place = end
            guard place < bytes.count else {
                throw PyroDataError(.malformed, "a text without its closing quote", offset: head.start)
            }
            let byte = bytes[place]
            switch byte {
            case head.quote:
                if closes(head) { return }
                content.append(byte)
                place += 1
            case 0x5C: try escape(head, to: &content)
            case 0x0A, 0x0D:
                guard head.isTriple else {
                    throw PyroDataError(.malformed, "a text without its closing quote", offset: head.start)
                }
                lineEnd(to: &content)
            case 0: throw unexpected()
            default:
                content.append(byte)
                place += 1
            }
        }
    }

    /// Steps over the closing quotes if they stand here.
    private mutating func closes(_ head: Head) -> Bool {
        guard head.isTriple else {
            place += 1
            return true
        }
        guard place + 2 < bytes.count, bytes[place + 1] == head.quote, bytes[place + 2] == head.quote else {
            return false
        }
        place += 3
        return true
    }

    /// Every line end is `\n` to Python.
    private mutating func lineEnd(to content: inout [UInt8]) {
        if bytes[place] == 0x0D, place + 1 < bytes.count, bytes[place + 1] == 0x0A { place += 1 }
        place += 1
        content.append(0x0A)
    }

    private mutating func escape(_ head: Head, to content: inout [UInt8]) throws(PyroDataError) {
        guard place + 1 < bytes.count, bytes[place + 1] != 0 else {
            throw PyroDataError(.malformed, "a text without its closing quote", offset: head.start)
        }
        let letter = bytes[place + 1]
        if head.isRaw || letter >= 0x80 {
            // The backslash stays, and what follows it is not looked at.
            content.append(0x5C)
            place += 1
            if letter >= 0x80 { return }
            if letter == 0x0A || letter == 0x0D { return lineEnd(to: &content) }
            content.append(letter)
            place += 1
            return
        }
        let start = place
        place += 2
        switch letter {
        case 0x0D where place < bytes.count && bytes[place] == 0x0A: place += 1
        case 0x0A, 0x0D: break
        case 0x5C, 0x27, 0x22: content.append(letter)
        case 0x61: content.append(7)
        case 0x62: content.append(8)
        case 0x66: content.append(12)
        case 0x6E: content.append(10)
        case 0x72: content.append(13)
        case 0x74: content.append(9)
        case 0x76: content.append(11)
        case 0x30...0x37: try append(octal(letter), head, start, to: &content)
        case 0x78: try append(hexadecimal(2, start), head, start, to: &content)
        case 0x75 where !head.isBytes: try append(hexadecimal(4, start), head, start, to: &content)
        case 0x55 where !head.isBytes: try append(hexadecimal(8, start), head, start, to: &content)
        case 0x4E where !head.isBytes:
            throw PyroDataError(.unsupported, "a character by its name (\\N)", offset: start)
        // Python leaves what it does not know as it is.
        default:
            content.append(0x5C)
            content.append(letter)
        }
    }

    private mutating func octal(_ first: UInt8) -> UInt32 {
        var code = UInt32(first - 0x30)
        var digits = 1
        while digits < 3, place < bytes.count, (0x30...0x37).contains(bytes[place]) {
            code = code * 8 + UInt32(bytes[place] - 0x30)
            place += 1
            digits += 1
        }
        return code
    }

    private mutating func hexadecimal(_ digits: Int, _ start: Int) throws(PyroDataError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<digits {
            guard place < bytes.count, let digit = ByteScan.hexDigit(bytes[place]) else {
                throw PyroDataError(.malformed, "an escape that lacks hexadecimal digits", offset: start)
            }
            code = code << 4 | digit
            place += 1
        }
        return code
    }

    private func append(
        _ code: UInt32, _ head: Head, _ start: Int, to content: inout [UInt8]
    ) throws(PyroDataError) {
        if head.isBytes { return content.append(UInt8(truncatingIfNeeded: code)) }
        guard let scalar = Unicode.Scalar(code) else {
            // Python has texts with half a character in them; Swift has not.
            throw PyroDataError(
                (0xD800...0xDFFF).contains(code) ? .unsupported : .malformed,
                "the escape of U+\(String(code, radix: 16, uppercase: true)), which is no character", offset: start)
        }
        content.append(contentsOf: UTF8.encode(scalar)!)
    }
}
