/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
///
/// Written here because the library that has it would bring a second BoringSSL with it, beside that of the TLS library: minutes
/// of every first build for these lines. It guards against damage and mix-ups; nothing secret is hashed.
package struct SHA256: Sendable {
    /// The bytes of a digest.
    package static let byteCount = 32

    private static let blockBytes = 64
    private var state: [8 of UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    /// What did not fill a block yet.
    private var rest: [UInt8] = []
    private var count: UInt64 = 0

    /// The state before the first byte.
    package init() {
        rest.reserveCapacity(2 * Self.blockBytes)
    }

    /// Takes the next bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        count += UInt64(bytes.count)
        var bytes = bytes[...]
        if !rest.isEmpty {
            let missing = bytes.prefix(Self.blockBytes - rest.count)
            rest += missing
            bytes = bytes.dropFirst(missing.count)
            guard rest.count == Self.blockBytes else { return }
            rest.withUnsafeBytes { Self.compress($0, into: &state) }
            rest.removeAll(keepingCapacity: true)
        }
        let whole = bytes.count / Self.blockBytes * Self.blockBytes
        Self.compress(UnsafeRawBufferPointer(rebasing: bytes.prefix(whole)), into: &state)
        rest += bytes.dropFirst(whole)
    }

    /// The digest of all bytes so far.
    package consuming func digest() -> [UInt8] {
        let bits = count * 8
        let zeros = (2 * Self.blockBytes - 9 - rest.count) % Self.blockBytes
        rest.append(0x80)
        rest += [UInt8](repeating: 0, count: zeros)
        for shift in stride(from: 56, through: 0, by: -8) {
            rest.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
        }
        rest.withUnsafeBytes { Self.compress($0, into: &state) }
        return (0..<8).flatMap { word in
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: state[word] >> UInt32($0)) }
        }
    }

    /// Whole blocks only.
    private static func compress(_ bytes: UnsafeRawBufferPointer, into state: inout [8 of UInt32]) {
        let constants = constants  // looked up once, not in each round
        var words = [64 of UInt32](repeating: 0)
        for start in stride(from: 0, to: bytes.count, by: blockBytes) {
            for place in 0..<16 {
                words[place] = UInt32(
                    bigEndian: bytes.loadUnaligned(fromByteOffset: start + 4 * place, as: UInt32.self))
            }
            for place in 16..<64 {
                let (x, y) = (words[place - 15], words[place - 2])
                words[place] =
                    (turned(x, 7) ^ turned(x, 18) ^ x >> 3) &+ words[place - 7] &+ words[place - 16]
                    &+ (turned(y, 17) ^ turned(y, 19) ^ y >> 10)
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            var (e, f, g, h) = (state[4], state[5], state[6], state[7])
            for round in 0..<64 {
                let choice = g ^ (e & (f ^ g))
                let majority = (a & b) | (c & (a | b))
                let first =
                    h &+ (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) &+ choice &+ constants[round]
                    &+ words[round]
                let second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) &+ majority
                (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
            }
            state[0] &+= a
            state[1] &+= b
            state[2] &+= c
            state[3] &+= d
            state[4] &+= e
            state[5] &+= f
            state[6] &+= g
            state[7] &+= h
        }
    }

    private static func turned(_ word: UInt32, _ places: UInt32) -> UInt32 {
        word &>> places | word &<< (32 &- places)
    }

    private static let constants: [64 of UInt32] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]
}

/// A digest as people write it.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
