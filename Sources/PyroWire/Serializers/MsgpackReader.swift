/// Reads MessagePack with Pyro5's extensions.
///
/// ```
/// 00-7f int   80-8f map   90-9f array   a0-bf str   c0 nil   c2 c3 bool   c4-c6 bin   c7-c9 ext   ca cb float
/// cc-cf uint  d0-d3 int   d4-d8 ext of 1, 2, 4, 8, 16 bytes   d9-db str   dc dd array   de df map   e0-ff negative int
/// ext 30 complex: two native doubles   31 int: decimal digits   32 datetime: native double   33 date: native 64-bit ordinal
/// ```
struct MsgpackReader: ~Copyable {
    private let bytes: UnsafeRawBufferPointer
    private var place = 0
    private var stack: ValueStack

    init(_ bytes: UnsafeRawBufferPointer, _ limits: PyroDataLimits) {
        self.bytes = bytes
        stack = ValueStack(limits)
    }

    mutating func document() throws(PyroDataError) -> PyroValue {
        repeat {
            guard try item() else { continue }
            // A value may be the last one of several containers.
            while stack.kind != nil, stack.tookOne() { try stack.close(at: place) }
        } while stack.kind != nil
        guard place == bytes.count else {
            throw PyroDataError(.malformed, "\(bytes.count - place) bytes after the value", offset: place)
        }
        return stack.pop()
    }

    /// Reads one item; whether it is a whole value, and not the head of a container.
    private mutating func item() throws(PyroDataError) -> Bool {
        let start = place
        let head = UInt8(try integer(1))
        switch head {
        case 0x80...0x8F: return try container(.dict, Int(head & 0x0F), start)
        case 0x90...0x9F: return try container(.list, Int(head & 0x0F), start)
        case 0xDC, 0xDD: return try container(.list, try length(head - 0xDC + 1), start)
        case 0xDE, 0xDF: return try container(.dict, try length(head - 0xDE + 1), start)
        default: try stack.push(try scalar(head, start), at: start)
        }
        return true
    }

    private mutating func container(
        _ kind: ValueStack.Kind, _ count: Int, _ start: Int
    ) throws(PyroDataError) -> Bool {
        let items = kind == .dict ? 2 * count : count
        // Every item has a byte at least: a count that lies is found before anything is read.
        guard items <= bytes.count - place else {
            throw PyroDataError(.malformed, "a container of \(items) values in too few bytes", offset: start)
        }
        try stack.open(kind, missing: items, at: start)
        guard items == 0 else { return false }
        try stack.close(at: start)
        return true
    }

    private mutating func scalar(_ head: UInt8, _ start: Int) throws(PyroDataError) -> PyroValue {
        switch head {
        case 0x00...0x7F: return .int(Int(head))
        case 0xE0...0xFF: return .int(Int(Int8(bitPattern: head)))
        case 0xA0...0xBF: return try text(Int(head & 0x1F), start)
        case 0xD9...0xDB: return try text(try length(head - 0xD9), start)
        case 0xC0: return .none
        case 0xC2: return .bool(false)
        case 0xC3: return .bool(true)
        case 0xC4...0xC6: return .bytes(Array(try take(try length(head - 0xC4))))
        case 0xC7...0xC9: return try extended(try length(head - 0xC7), start)
        case 0xD4...0xD8: return try extended(1 << Int(head - 0xD4), start)
        case 0xCA: return .float(Double(Float(bitPattern: UInt32(try integer(4)))))
        case 0xCB: return .float(Double(bitPattern: try integer(8)))
        case 0xCC...0xCF:
            let number = try integer(1 << Int(head - 0xCC))
            return Int(exactly: number).map(PyroValue.int) ?? .bigInt(String(number))
        case 0xD0...0xD3:
            let unused = 64 - 8 << Int(head - 0xD0)
            return .int(Int(Int64(bitPattern: try integer(1 << Int(head - 0xD0)) << UInt64(unused)) >> Int64(unused)))
        default: throw PyroDataError(.malformed, "\(ByteScan.shown(head)), which begins no value", offset: start)
        }
    }

    // MARK: Parts

    private mutating func take(_ count: Int) throws(PyroDataError) -> UnsafeRawBufferPointer {
        guard count <= bytes.count - place else {
            throw PyroDataError(.malformed, "the data ends \(count - (bytes.count - place)) bytes early", offset: place)
        }
        defer { place += count }
        return UnsafeRawBufferPointer(rebasing: bytes[place..<place + count])
    }

    private mutating func integer(_ width: Int) throws(PyroDataError) -> UInt64 {
        var number: UInt64 = 0
        for byte in try take(width) { number = number << 8 | UInt64(byte) }
        return number
    }

    /// A length of 1, 2 or 4 bytes: 2 to the power of `size` of them.
    private mutating func length(_ size: UInt8) throws(PyroDataError) -> Int { Int(try integer(1 << Int(size))) }

    private mutating func text(_ count: Int, _ start: Int) throws(PyroDataError) -> PyroValue {
        .string(try ByteScan.text(try take(count), at: start))
    }

    private mutating func extended(_ count: Int, _ start: Int) throws(PyroDataError) -> PyroValue {
        let code = try integer(1)
        let data = try take(count)
        func native(_ place: Int) -> UInt64 {
            UInt64(littleEndian: data.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        }
        switch (code, count) {
        case (0x30, 16): return .complex(Double(bitPattern: native(0)), Double(bitPattern: native(8)))
        case (0x31, 1...): return try digits(data, start)
        case (0x32, 8):
            guard let text = ISODate.text(secondsSince1970: Double(bitPattern: native(0))) else { break }
            return .string(text)
        case (0x33, 8):
            guard let text = ISODate.text(ordinal: Int(Int64(bitPattern: native(0)))) else { break }
            return .string(text)
        default: break
        }
        throw PyroDataError(
            .unsupported, "extension 0x\(String(code, radix: 16)) of \(count) bytes, which Pyro5 does not have",
            offset: start)
    }

    private func digits(_ data: UnsafeRawBufferPointer, _ start: Int) throws(PyroDataError) -> PyroValue {
        let isNegative = data[0] == 0x2D
        let digits = isNegative ? data.dropFirst() : data[...]
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw PyroDataError(.malformed, "a whole number with something else than digits", offset: start)
        }
        return try WholeNumber.value(decimal: digits, isNegative: isNegative)
    }
}
