/// What stands between tags.
///
/// ```
/// text  &amp; &lt; &gt; &quot; &apos;  &#65; &#x41;  <![CDATA[text]]>  <!-- left out -->  <?left out?>  CR LF, CR -> LF
/// ```
extension XMLReader {
    /// The text up to the next tag; comments and processing instructions in it are left out, CDATA and references are put
    /// in, and line ends become LF (XML 1.0, section 2.11). A part of the document when it stands there as it is.
    mutating func text() throws(XMLRPCDocumentError) -> ArraySlice<UInt8> {
        let start = place
        skipPlain()
        // The most common end of a text, and of all that is not special in one.
        if isAtTag { return bytes[start..<place] }
        var text = Array(bytes[start..<place])
        while place < bytes.count && !isAtTag {
            switch bytes[place] {
            case UInt8(ascii: "&"): appendUTF8(try reference(), to: &text)
            case 0x0D:
                text.append(0x0A)
                place += peek(1) == 0x0A ? 2 : 1
            case UInt8(ascii: "]"):
                if isNext("]]>") { throw error(.notWellFormed, "]]> in a text") }
                text.append(UInt8(ascii: "]"))
                place += 1
            default:
                if isNext("<![CDATA[") {
                    try cdata(to: &text)
                } else if try !skipAside() {
                    throw error(
                        .notWellFormed, isNext("<!DOCTYPE") ? "a DOCTYPE is not accepted" : "<! begins nothing known")
                }
            }
            let plain = place
            skipPlain()
            text.append(contentsOf: bytes[plain..<place])
        }
        return text[...]
    }

    /// Whether a start or end tag begins here.
    private var isAtTag: Bool {
        guard peek() == UInt8(ascii: "<") else { return false }
        return peek(1) != UInt8(ascii: "!") && peek(1) != UInt8(ascii: "?")
    }

    @inline(__always) private mutating func skipPlain() {
        var place = place
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "<") || byte == UInt8(ascii: "&") || byte == 0x0D || byte == UInt8(ascii: "]") {
                break
            }
            place += 1
        }
        self.place = place
    }

    private mutating func cdata(to text: inout [UInt8]) throws(XMLRPCDocumentError) {
        let start = place
        place += 9
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "]") where isNext("]]>"):
                place += 3
                return
            case 0x0D:
                text.append(0x0A)
                place += peek(1) == 0x0A ? 2 : 1
            case let byte:
                text.append(byte)
                place += 1
            }
        }
        throw error(.notWellFormed, "a CDATA section does not end", at: start)
    }

    /// The character that a reference stands for.
    mutating func reference() throws(XMLRPCDocumentError) -> Unicode.Scalar {
        let start = place
        let entities: [(StaticString, Unicode.Scalar)] = [
            ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"),
        ]
        for (name, scalar) in entities where isNext(name) {
            place += name.utf8CodeUnitCount
            return scalar
        }
        guard peek(1) == UInt8(ascii: "#") else { throw error(.notWellFormed, "an unknown entity") }
        let isHexadecimal = peek(2) == UInt8(ascii: "x")
        place += isHexadecimal ? 3 : 2
        var value: UInt32 = 0
        var digits = 0
        while let digit = Self.digit(peek(), isHexadecimal: isHexadecimal) {
            // Past the last character it stays there: so many zeros as one likes may come first, and nothing overflows.
            value = min(value * (isHexadecimal ? 16 : 10) + digit, 0x11_0000)
            digits += 1
            place += 1
        }
        guard digits > 0, peek() == UInt8(ascii: ";"), let scalar = Unicode.Scalar(value), XMLText.isCarried(scalar)
        else {
            throw error(.notWellFormed, "a reference to no character", at: start)
        }
        place += 1
        return scalar
    }

    private static func digit(_ byte: UInt8, isHexadecimal: Bool) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46 where isHexadecimal: UInt32(byte - 0x41 + 10)
        case 0x61...0x66 where isHexadecimal: UInt32(byte - 0x61 + 10)
        default: nil
        }
    }

    private func appendUTF8(_ scalar: Unicode.Scalar, to text: inout [UInt8]) {
        if scalar.isASCII {
            text.append(UInt8(truncatingIfNeeded: scalar.value))
        } else {
            text.append(contentsOf: String(scalar).utf8)
        }
    }
}
