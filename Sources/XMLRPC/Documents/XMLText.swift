/// Text between tags.
///
/// ```
/// &     &amp;
/// <     &lt;
/// >     &gt;      since ]]> may not stand in text
/// CR    &#13;     since a parser gives LF for a bare one (XML 1.0, section 2.11)
/// ```
enum XMLText {
    /// Appends text, escaped.
    ///
    /// - Returns: the first character that XML 1.0 cannot carry, if there is one; then nothing was appended.
    static func append(_ string: String, to bytes: inout [UInt8]) -> Unicode.Scalar? {
        let start = bytes.count
        var string = string
        let failure = string.withUTF8 { append($0, to: &bytes) }
        guard let failure else { return nil }
        bytes.removeSubrange(start...)
        let utf8 = string.utf8
        return string.unicodeScalars[utf8.index(utf8.startIndex, offsetBy: failure)]
    }

    /// Whether XML 1.0 has the character (section 2.2, "Characters").
    static func isCarried(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x9, 0xA, 0xD: true
        case 0..<0x20, 0xFFFE, 0xFFFF: false
        default: true
        }
    }

    /// - Returns: where the first character begins that cannot be carried.
    private static func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) -> Int? {
        var place = 0
        /// The first byte that was not appended yet.
        var pending = 0
        while place < text.count {
            let byte = text[place]
            // Plain is everything from 0x20, save three characters of markup and what may begin U+FFFE and U+FFFF.
            if byte >= 0x20 && byte != 0x26 && byte != 0x3C && byte != 0x3E && byte != 0xEF {
                place += 1
                continue
            }
            let escape: StaticString
            switch byte {
            case 0x26: escape = "&amp;"
            case 0x3C: escape = "&lt;"
            case 0x3E: escape = "&gt;"
            case 0x0D: escape = "&#13;"
            case 0x09, 0x0A:
                place += 1
                continue
            case 0xEF:
                if text[place + 1] == 0xBF && text[place + 2] >= 0xBE { return place }
                place += 3
                continue
            default: return place
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[pending..<place]))
            bytes.append(contentsOf: UnsafeBufferPointer(start: escape.utf8Start, count: escape.utf8CodeUnitCount))
            place += 1
            pending = place
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[pending...]))
        return nil
    }
}
