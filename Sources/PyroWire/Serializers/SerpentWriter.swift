/// Writes serpent: Python literals in their narrow form, without a blank.
struct SerpentWriter {
    var output: [UInt8] = []

    /// Levels of brackets that Python's reader takes.
    static let maximumDepth = 200

    /// A writer with serpent's first line, and room for a short call.
    static func document() -> SerpentWriter {
        var writer = SerpentWriter()
        writer.output.reserveCapacity(256)
        writer.output.append("# serpent utf-8 python3.2\n")
        return writer
    }

    mutating func write(_ value: PyroValue, depth: Int) throws(PyroDataError) {
        switch value {
        case .none: output.append("None")
        case .bool(true): output.append("True")
        case .bool(false): output.append("False")
        case .int(let number): output.appendDecimal(number)
        case .bigInt(let digits):
            try WholeNumber.needDecimal(digits)
            output.append(contentsOf: digits.utf8)
        case .string(let text): write(text)
        case .float(let number): try write(number, depth: depth)
        case .complex(let real, let imaginary): try write(real, imaginary, depth: depth)
        case .bytes(let bytes): write(bytes)
        case .tuple(let items):
            try write(items, "(", ")", depth: depth)
        case .list(let items): try write(items, "[", "]", depth: depth)
        // There is no literal of an empty set.
        case .set(let items) where items.isEmpty: output.append("()")
        case .set(let items):
            for item in items { try needHashable(item) }
            try write(items, "{", "}", depth: depth)
        case .dict(let entries): try write(entries, depth: depth)
        }
    }

    private mutating func write(
        _ items: [PyroValue], _ open: StaticString, _ close: StaticString, depth: Int
    ) throws(PyroDataError) {
        try Self.needRoom(depth)
        output.append(open)
        for index in items.indices {
            if index > 0 { output.append(0x2C) }
            try write(items[index], depth: depth + 1)
        }
        // `(1)` would be a number in brackets.
        if items.count == 1, open.utf8Start.pointee == 0x28 { output.append(0x2C) }
        output.append(close)
    }

    private mutating func write(_ entries: [PyroEntry], depth: Int) throws(PyroDataError) {
        try Self.needRoom(depth)
        output.append(0x7B)
        for index in entries.indices {
            if index > 0 { output.append(0x2C) }
            let entry = entries[index]
            if case .string(let text) = entry.key {
                write(text)
            } else {
                try needHashable(entry.key)
                try write(entry.key, depth: depth + 1)
            }
            output.append(0x3A)
            try write(entry.value, depth: depth + 1)
        }
        output.append(0x7D)
    }

    static func needRoom(_ depth: Int) throws(PyroDataError) {
        guard depth < maximumDepth else {
            throw PyroDataError(.limit, "more than \(maximumDepth) containers in one another; Python reads no more")
        }
    }

    private func needHashable(_ key: PyroValue) throws(PyroDataError) {
        guard key.isHashableInPython else {
            throw PyroDataError(
                .unsupported, "\(key.typeName) as a dict's key or a set's member; Python cannot hash it")
        }
    }

    // MARK: Numbers

    private mutating func write(_ number: Double, depth: Int) throws(PyroDataError) {
        if number.isNaN {
            try Self.needRoom(depth)
            output.append("{'__class__':'float','value':'nan'}")
        } else {
            write(part: number)
        }
    }

    private mutating func write(_ real: Double, _ imaginary: Double, depth: Int) throws(PyroDataError) {
        guard !real.isNaN, !imaginary.isNaN else {
            throw PyroDataError(.unsupported, "a complex number with a part that is none: Pyro5 cannot read it")
        }
        try Self.needRoom(depth)
        output.append(0x28)
        write(part: real)
        if imaginary.sign == .plus { output.append(0x2B) }
        write(part: imaginary)
        output.append("j)")
    }

    /// There is no literal of infinity: a number too large for Python's float is one.
    private mutating func write(part number: Double) {
        if number.isInfinite {
            output.append(number > 0 ? "1e30000" : "-1e30000")
        } else {
            output.appendFinite(number)
        }
    }

    // MARK: Texts and bytes

    /// A text as Python's `repr`, but for characters beyond ASCII, which all stand as they are.
    mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            let bytes = UnsafeRawBufferPointer(bytes)
            let first = ByteScan.special(bytes, from: 0, quote: 0x27)
            if first == bytes.count {
                output.append(0x27)
                output.append(contentsOf: bytes)
                output.append(0x27)
            } else {
                writeEscaped(bytes)
            }
        }
    }

    private mutating func writeEscaped(_ bytes: UnsafeRawBufferPointer) {
        let quote: UInt8 = bytes.contains(0x27) && !bytes.contains(0x22) ? 0x22 : 0x27
        output.reserveCapacity(output.count + bytes.count + 8)
        output.append(quote)
        var place = 0
        while true {
            let end = ByteScan.special(bytes, from: place, quote: quote)
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[place..<end]))
            guard end < bytes.count else { break }
            writeEscape(bytes[end])
            place = end + 1
        }
        output.append(quote)
    }

    private mutating func writeEscape(_ byte: UInt8) {
        output.append(0x5C)
        switch byte {
        case 0x0A: output.append(0x6E)
        case 0x0D: output.append(0x72)
        case 0x09: output.append(0x74)
        case 0x22, 0x27, 0x5C: output.append(byte)
        default:
            output.append(0x78)
            output.appendHex(UInt32(byte), digits: 2)
        }
    }

    /// `b'…'`: it arrives as bytes, where the dict that Python's serpent writes by default arrives as a dict.
    private mutating func write(_ bytes: [UInt8]) {
        output.reserveCapacity(output.count + bytes.count + 8)
        output.append("b'")
        for byte in bytes {
            switch byte {
            case 0x20...0x7E where byte != 0x27 && byte != 0x5C: output.append(byte)
            default: writeEscape(byte)
            }
        }
        output.append(0x27)
    }
}
