/// Writes MessagePack in its shortest form, see ``MsgpackReader``.
struct MsgpackWriter {
    var output: [UInt8] = []

    init() { output.reserveCapacity(256) }

    mutating func write(_ value: PyroValue, depth: Int) throws(PyroDataError) {
        switch value {
        case .none: output.append(0xC0)
        case .bool(let flag): output.append(flag ? 0xC3 : 0xC2)
        case .int(let number): write(number)
        case .bigInt(let digits):
            try WholeNumber.needDecimal(digits)
            writeLength(digits.utf8.count, short: nil, wide: (0xC7, 0xC8, 0xC9))
            output.append(0x31)
            output.append(contentsOf: digits.utf8)
        case .float(let number):
            output.append(0xCB)
            append(number.bitPattern, width: 8)
        case .complex(let real, let imaginary):
            output.append(0xD8)
            output.append(0x30)
            append(real.bitPattern.byteSwapped, width: 8)
            append(imaginary.bitPattern.byteSwapped, width: 8)
        case .string(let text): write(text)
        case .bytes(let bytes):
            writeLength(bytes.count, short: nil, wide: (0xC4, 0xC5, 0xC6))
            output.append(contentsOf: bytes)
        case .tuple(let items), .list(let items), .set(let items):
            try SerpentWriter.needRoom(depth)
            writeLength(items.count, short: (0x90, 16), wide: (nil, 0xDC, 0xDD))
            for item in items { try write(item, depth: depth + 1) }
        case .dict(let entries):
            try SerpentWriter.needRoom(depth)
            writeLength(entries.count, short: (0x80, 16), wide: (nil, 0xDE, 0xDF))
            for entry in entries {
                try write(key: entry.key)
                try write(entry.value, depth: depth + 1)
            }
        }
    }

    private mutating func write(key: PyroValue) throws(PyroDataError) {
        switch key {
        case .string, .bytes: try write(key, depth: 0)
        default:
            throw PyroDataError(.unsupported, "\(key.typeName) as a key: Python's msgpack reads texts and bytes only")
        }
    }

    private mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            writeLength(bytes.count, short: (0xA0, 32), wide: (0xD9, 0xDA, 0xDB))
            output.append(contentsOf: bytes)
        }
    }

    private mutating func write(_ number: Int) {
        switch number {
        case 0...0x7F: output.append(UInt8(number))
        case -32..<0: output.append(UInt8(bitPattern: Int8(number)))
        case -0x80..<0: appendInteger(0xD0, number, width: 1)
        case -0x8000..<0: appendInteger(0xD1, number, width: 2)
        case -0x8000_0000..<0: appendInteger(0xD2, number, width: 4)
        case ..<0: appendInteger(0xD3, number, width: 8)
        case ...0xFF: appendInteger(0xCC, number, width: 1)
        case ...0xFFFF: appendInteger(0xCD, number, width: 2)
        case ...0xFFFF_FFFF: appendInteger(0xCE, number, width: 4)
        default: appendInteger(0xCF, number, width: 8)
        }
    }

    private mutating func appendInteger(_ head: UInt8, _ number: Int, width: Int) {
        output.append(head)
        append(UInt64(bitPattern: Int64(number)), width: width)
    }

    /// The head with a length: in its low bits, or in 1, 2 or 4 bytes after it. Messages are far below 4 GiB.
    private mutating func writeLength(
        _ count: Int, short: (head: UInt8, below: Int)?, wide: (one: UInt8?, two: UInt8, four: UInt8)
    ) {
        if let short, count < short.below {
            output.append(short.head | UInt8(count))
        } else if let one = wide.one, count <= 0xFF {
            output.append(one)
            output.append(UInt8(count))
        } else if count <= 0xFFFF {
            output.append(wide.two)
            append(UInt64(count), width: 2)
        } else {
            output.append(wide.four)
            append(UInt64(count), width: 4)
        }
    }

    /// The low bytes of a number, the highest of them first.
    private mutating func append(_ number: UInt64, width: Int) {
        for byte in (0..<width).reversed() { output.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * byte))) }
    }
}
