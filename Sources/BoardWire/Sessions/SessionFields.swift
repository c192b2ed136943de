import MessageBoard

/// Reads the fields of a session's datagram one after the other. The numbers are plain digits: no sign, no white space.
///
/// Each call takes the datagram anew: a structure that held on to a span could not be written without experimental
/// features of the language.
struct SessionFields {
    static let separator = UInt8(ascii: "?")
    /// Most digits of a sid: 63 bits need no more.
    static let sessionDigits = 19
    /// Most digits of a block's place and of their count.
    static let indexDigits = 8
    /// Most blocks of a request or an answer.
    static let maximumBlocks = 1 << 24

    private(set) var position: Int
    private let end: Int

    init(_ bytes: Span<UInt8>, at position: Int = 0) {
        self.position = position
        end = bytes.count
    }

    var isAtEnd: Bool { position == end }

    /// The first byte of a datagram; 0 for one without bytes.
    mutating func step(in bytes: Span<UInt8>) -> UInt8 {
        guard !isAtEnd else { return 0 }
        position += 1
        return bytes[position - 1]
    }

    /// A separator and the number behind it; `nil` when there is none, or one with more digits.
    mutating func number(in bytes: Span<UInt8>, digits: Int = Self.indexDigits) -> UInt64? {
        guard separated(in: bytes) else { return nil }
        let start = position
        var value: UInt64 = 0
        while !isAtEnd, bytes[position] &- 0x30 < 10 {
            guard position - start < digits else { return nil }
            value = value * 10 + UInt64(bytes[position] - 0x30)  // 19 digits fit
            position += 1
        }
        return position > start ? value : nil
    }

    /// The place of a block.
    mutating func index(in bytes: Span<UInt8>) -> Int? {
        guard let number = number(in: bytes), number < Self.maximumBlocks else { return nil }
        return Int(number)
    }

    /// What follows a block's place in its header: count (unless it has been read) and len.
    mutating func block(_ index: Int, count known: Int? = nil, in bytes: Span<UInt8>) -> SessionBlock? {
        guard let count = known ?? number(in: bytes).map({ Int($0) }), count <= Self.maximumBlocks,
            let length = number(in: bytes, digits: 5), length <= WireLimits.datagram, separated(in: bytes)
        else { return nil }
        return SessionBlock(index: index, count: count, length: Int(length), rest: position)
    }

    /// A check and the separator behind it.
    mutating func check(in bytes: Span<UInt8>) -> UInt32? {
        var value: UInt32 = 0
        let start = position
        while !isAtEnd, let digit = SessionCheck.value(ofDigit: bytes[position]) {
            guard position - start < 8 else { return nil }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return position > start && separated(in: bytes) ? value : nil
    }

    private mutating func separated(in bytes: Span<UInt8>) -> Bool {
        guard !isAtEnd, bytes[position] == Self.separator else { return false }
        position += 1
        return true
    }

    /// Appends a separator and a number.
    static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        bytes.append(separator)
        if number < 10 { return bytes.append(0x30 + UInt8(number)) }
        let start = bytes.count
        var rest = number
        while rest > 0 {
            bytes.append(0x30 + UInt8(rest % 10))
            rest /= 10
        }
        bytes[start...].reverse()
    }
}

/// The check of a block's data: its CRC-32C.
public enum SessionCheck {
    /// The check of some data.
    public static func of(_ data: Span<UInt8>) -> UInt32 {
        var checksum = CRC32C()
        data.withUnsafeBufferPointer { checksum.update(UnsafeRawBufferPointer($0)) }
        return checksum.value
    }

    /// Appends a separator and the check: eight digits.
    static func append(_ check: UInt32, to bytes: inout [UInt8]) {
        bytes.append(SessionFields.separator)
        for shift in stride(from: 28, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: check >> UInt32(shift)) & 0xF
            bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }

    static func value(ofDigit byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
