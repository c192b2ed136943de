/// The base64 of RFC 4648, section 4, between bytes and bytes.
///
/// Our own, since the library's goes through two more copies of what may be 200 MiB, and costs more than everything else that is
/// done with a short message.
package enum Base64 {
    /// What may stand in base64 besides its alphabet.
    package enum Strictness {
        /// Nothing.
        case alphabetOnly
        /// Spaces, tabs and line ends anywhere: old encoders wrap their lines.
        case whitespaceAllowed
    }

    /// The bytes; `nil` when it is not base64, or not padded.
    package static func decode(_ field: ArraySlice<UInt8>, _ strictness: Strictness = .alphabetOnly) -> [UInt8]? {
        if field.isEmpty { return [] }
        var isValid = true
        let bytes = [UInt8](unsafeUninitializedCapacity: field.count / 4 * 3 + 3) { output, count in
            isValid = field.withUnsafeBufferPointer { input in
                decode(input, strictness, to: output, count: &count)
            }
        }
        return isValid ? bytes : nil
    }

    private static func decode(
        _ input: UnsafeBufferPointer<UInt8>, _ strictness: Strictness, to output: UnsafeMutableBufferPointer<UInt8>,
        count: inout Int
    ) -> Bool {
        values.withUnsafeBufferPointer { values in
            var bits: UInt32 = 0
            /// Characters of the group in hand, its padding among them.
            var characters = 0
            var padding = 0
            for byte in input {
                let value = values[Int(byte)]
                if value < 64 {
                    guard padding == 0 else { return false }
                    bits = bits << 6 | UInt32(value)
                } else if value == pad {
                    // Two characters at least come first, and nothing after a padded group.
                    guard characters >= 2 else { return false }
                    bits <<= 6
                    padding += 1
                } else if value == whitespace && strictness == .whitespaceAllowed {
                    continue
                } else {
                    return false
                }
                characters += 1
                if characters == 4 {
                    output[count] = UInt8(truncatingIfNeeded: bits >> 16)
                    if padding < 2 { output[count + 1] = UInt8(truncatingIfNeeded: bits >> 8) }
                    if padding < 1 { output[count + 2] = UInt8(truncatingIfNeeded: bits) }
                    count += 3 - padding
                    characters = 0
                    bits = 0
                }
            }
            return characters == 0
        }
    }

    /// Appends the base64 of bytes.
    @inlinable package static func append(_ bytes: some Collection<UInt8>, to output: inout [UInt8]) {
        let done: Void? = bytes.withContiguousStorageIfAvailable { append($0, to: &output) }
        if done == nil { Array(bytes).withUnsafeBufferPointer { append($0, to: &output) } }
    }

    /// Appends the base64 of two runs of bytes as of one, without putting them together.
    package static func append(_ head: consuming [UInt8], then body: [UInt8], to output: inout [UInt8]) {
        // The head takes as many bytes of the body as make it whole groups, which end without padding.
        let borrowed = min(body.count, (3 - head.count % 3) % 3)
        head.append(contentsOf: body[..<borrowed])
        head.withUnsafeBufferPointer { append($0, to: &output) }
        body.withUnsafeBufferPointer { append(UnsafeBufferPointer(rebasing: $0[borrowed...]), to: &output) }
    }

    @usableFromInline package static func append(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        let start = output.count
        output.append(contentsOf: repeatElement(UInt8(ascii: "="), count: (bytes.count + 2) / 3 * 4))
        let whole = bytes.count / 3 * 3
        output.withUnsafeMutableBufferPointer { output in
            alphabet.withUnsafeBufferPointer { alphabet in
                var end = start
                var place = 0
                while place < whole {
                    let bits = Int(bytes[place]) << 16 | Int(bytes[place + 1]) << 8 | Int(bytes[place + 2])
                    output[end] = alphabet[bits >> 18]
                    output[end + 1] = alphabet[bits >> 12 & 63]
                    output[end + 2] = alphabet[bits >> 6 & 63]
                    output[end + 3] = alphabet[bits & 63]
                    place += 3
                    end += 4
                }
                guard whole < bytes.count else { return }
                let isPair = whole + 2 == bytes.count
                let bits = Int(bytes[whole]) << 16 | (isPair ? Int(bytes[whole + 1]) << 8 : 0)
                output[end] = alphabet[bits >> 18]
                output[end + 1] = alphabet[bits >> 12 & 63]
                if isPair { output[end + 2] = alphabet[bits >> 6 & 63] }
            }
        }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let pad: UInt8 = 64
    private static let whitespace: UInt8 = 65

    /// The value of each character; over 63 for those that have none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        values[Int(UInt8(ascii: "="))] = pad
        for character in " \t\r\n".utf8 { values[Int(character)] = whitespace }
        return values
    }()
}
