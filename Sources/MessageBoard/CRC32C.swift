/// The Castagnoli checksum of RFC 3720, appendix B.4: polynomial 0x1EDC6F41, reflected. Finds every error burst of up to
/// 32 bits.
public struct CRC32C: Sendable {
    private var register: UInt32 = .max

    /// The checksum of no bytes yet.
    public init() {}

    /// The checksum of everything taken in so far.
    public var value: UInt32 { ~register }

    /// The checksum of some bytes.
    public static func of(_ bytes: [UInt8]) -> UInt32 {
        var checksum = CRC32C()
        checksum.update(bytes)
        return checksum.value
    }

    /// Takes in bytes.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Takes in the UTF-8 bytes of a text.
    public mutating func update(_ text: String) {
        var text = text
        text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
    }

    /// Takes in an integer, little-endian.
    public mutating func update(_ integer: some FixedWidthInteger) {
        withUnsafeBytes(of: integer.littleEndian) { update($0) }
    }

    /// Takes in bytes, eight at a time ("slicing by 8", Kounavis and Berry 2005).
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var crc = register
        var rest = bytes[...]
        Self.tables.withUnsafeBufferPointer { table in
            while rest.count >= 8 {
                let chunk = UnsafeRawBufferPointer(rebasing: rest.prefix(8))
                let low = chunk.loadUnaligned(as: UInt32.self).littleEndian ^ crc
                let high = chunk.loadUnaligned(fromByteOffset: 4, as: UInt32.self).littleEndian
                crc =
                    table[7 * 256 + Int(low & 0xFF)] ^ table[6 * 256 + Int(low >> 8 & 0xFF)]
                    ^ table[5 * 256 + Int(low >> 16 & 0xFF)] ^ table[4 * 256 + Int(low >> 24)]
                    ^ table[3 * 256 + Int(high & 0xFF)] ^ table[2 * 256 + Int(high >> 8 & 0xFF)]
                    ^ table[1 * 256 + Int(high >> 16 & 0xFF)] ^ table[Int(high >> 24)]
                rest = rest.dropFirst(8)
            }
            for byte in rest {
                crc = crc >> 8 ^ table[Int((crc ^ UInt32(byte)) & 0xFF)]
            }
        }
        register = crc
    }

    /// Table k, entry b: the register after byte b and k zero bytes.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
            tables[byte] = crc
        }
        for entry in 256..<tables.count {
            let before = tables[entry - 256]
            tables[entry] = before >> 8 ^ tables[Int(before & 0xFF)]
        }
        return tables
    }()
}
