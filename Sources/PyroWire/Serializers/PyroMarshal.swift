/// Python's marshal format, as far as a refusal needs it: one text.
///
/// A daemon that has not read the CONNECT answers in marshal, as it does not know the client's serializer yet.
///
/// ```
/// 'z' 'Z'            1 byte of length, ASCII        'a' 'A'   4 bytes of length, ASCII
/// 'u' 't'            4 bytes of length, UTF-8       lengths are little-endian; 0x80 may be set in the first byte
/// ```
public enum PyroMarshal {
    /// What Python's `marshal.loads` reads as this text. At most 2 GiB.
    public static func encode(_ text: String) -> [UInt8] {
        let utf8 = Array(text.utf8)
        let isShort = utf8.count <= 0xFF && utf8.allSatisfy { $0 < 0x80 }
        if isShort { return [UInt8(ascii: "z"), UInt8(utf8.count)] + utf8 }
        let count = UInt32(utf8.count)
        return [UInt8(ascii: "u")] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + utf8
    }

    /// The text; `nil` when it is anything else.
    public static func decode(_ bytes: UnsafeRawBufferPointer) -> String? {
        guard let first = bytes.first else { return nil }
        let width: Int
        switch first & 0x7F {
        case UInt8(ascii: "z"), UInt8(ascii: "Z"): width = 1
        case UInt8(ascii: "a"), UInt8(ascii: "A"), UInt8(ascii: "u"), UInt8(ascii: "t"): width = 4
        default: return nil
        }
        guard bytes.count > width else { return nil }
        let length = (0..<width).reduce(0) { $0 | Int(bytes[1 + $1]) << (8 * $1) }
        guard bytes.count == 1 + width + length else { return nil }
        return String(validating: bytes[(1 + width)...], as: UTF8.self)
    }
}
