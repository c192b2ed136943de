/// Brings a document to UTF-8 (XML 1.0, section 4.3.3 and appendix F).
///
/// ```
/// EF BB BF                UTF-8                3C 00    UTF-16, little-endian
/// FF FE    FE FF          UTF-16               00 3C    UTF-16, big-endian
/// FF FE 00 00             UTF-32, refused, as is 00 00 FE FF
/// else                    what the XML declaration says: UTF-8, US-ASCII or ISO-8859-1; UTF-8 without one
/// ```
///
/// A declaration that contradicts the first bytes is refused.
enum XMLEncoding {
    case utf8, ascii, latin1, utf16LittleEndian, utf16BigEndian

    /// - Returns: the document in UTF-8, of characters that XML 1.0 has, and where it begins after its byte order mark and
    ///   its declaration.
    static func decode(_ document: [UInt8]) throws(XMLRPCDocumentError) -> (bytes: [UInt8], start: Int) {
        if [[0xFF, 0xFE, 0, 0], [0, 0, 0xFE, 0xFF]].contains(document.prefix(4)) {
            throw XMLRPCDocumentError(.unsupportedEncoding, "UTF-32")
        }
        let (detected, mark) = detect(document)
        let isWide = detected?.isWide ?? false
        var bytes = isWide ? try utf16(document[mark...], isBigEndian: detected == .utf16BigEndian) : document
        let declaration = try XMLDeclaration.read(bytes, from: isWide ? 0 : mark)
        var encoding = detected ?? .utf8
        if let name = declaration.encoding {
            guard let declared = XMLEncoding.named(name) else {
                throw XMLRPCDocumentError(.unsupportedEncoding, Quoted.text(name))
            }
            // Wide characters show in the first bytes, whatever the declaration says.
            guard detected.map(declared.contains) ?? !declared[0].isWide else {
                throw XMLRPCDocumentError(
                    .unsupportedEncoding, "the document is not in \(Quoted.text(name)) as it says")
            }
            if detected == nil { encoding = declared[0] }
        }
        switch encoding {
        case .latin1: bytes = latin1(bytes)
        case .ascii:
            if let place = bytes.firstIndex(where: { $0 >= 0x80 }) { throw invalid("US-ASCII", at: place) }
        case .utf8:
            do throws(UTF8.ValidationError) {
                _ = try UTF8Span(validating: bytes.span)
            } catch {
                throw invalid("UTF-8", at: error.byteOffsets.lowerBound)
            }
        case .utf16LittleEndian, .utf16BigEndian: break
        }
        try checkCharacters(bytes)
        return (bytes, declaration.end)
    }

    /// Whether its characters have two bytes or four.
    private var isWide: Bool { self == .utf16LittleEndian || self == .utf16BigEndian }

    /// What the first bytes say, if anything, and the length of the byte order mark.
    private static func detect(_ document: [UInt8]) -> (XMLEncoding?, mark: Int) {
        let first = document.prefix(3)
        if first.elementsEqual([0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
        switch first.prefix(2) {
        case [0xFF, 0xFE]: return (.utf16LittleEndian, 2)
        case [0xFE, 0xFF]: return (.utf16BigEndian, 2)
        case [0x3C, 0x00]: return (.utf16LittleEndian, 0)
        case [0x00, 0x3C]: return (.utf16BigEndian, 0)
        default: return (nil, 0)
        }
    }

    /// The encodings of a name, in any case; a few names besides those of IANA, which Python's programs write.
    private static func named(_ name: ArraySlice<UInt8>) -> [XMLEncoding]? {
        switch String(decoding: name.prefix(16), as: UTF8.self).lowercased() {
        case "utf-8", "utf8": [.utf8]
        case "us-ascii", "ascii": [.ascii]
        case "iso-8859-1", "iso_8859-1", "iso8859-1", "latin1", "latin-1": [.latin1]
        case "utf-16", "utf16": [.utf16LittleEndian, .utf16BigEndian]
        case "utf-16le": [.utf16LittleEndian]
        case "utf-16be": [.utf16BigEndian]
        default: nil
        }
    }

    private static func latin1(_ bytes: [UInt8]) -> [UInt8] {
        guard let first = bytes.firstIndex(where: { $0 >= 0x80 }) else { return bytes }
        var utf8 = Array(bytes[..<first])
        utf8.reserveCapacity(bytes.count + bytes.count / 8)
        for byte in bytes[first...] {
            if byte < 0x80 {
                utf8.append(byte)
            } else {
                utf8.append(0xC0 | byte >> 6)
                utf8.append(0x80 | byte & 0x3F)
            }
        }
        return utf8
    }

    private static func utf16(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) throws(XMLRPCDocumentError) -> [UInt8] {
        guard bytes.count.isMultiple(of: 2) else { throw invalid("UTF-16", at: bytes.endIndex - 1) }
        var utf8: [UInt8] = []
        utf8.reserveCapacity(bytes.count / 2 + bytes.count / 8)
        func unit(at place: Int) -> UInt32 {
            let (first, second) = (UInt32(bytes[place]), UInt32(bytes[place + 1]))
            return isBigEndian ? first << 8 | second : second << 8 | first
        }
        var place = bytes.startIndex
        while place < bytes.endIndex {
            var value = unit(at: place)
            place += 2
            if value < 0x80 {
                utf8.append(UInt8(truncatingIfNeeded: value))
                continue
            }
            if 0xD800..<0xDC00 ~= value, place < bytes.endIndex, 0xDC00..<0xE000 ~= unit(at: place) {
                value = 0x10000 + (value - 0xD800) << 10 + (unit(at: place) - 0xDC00)
                place += 2
            }
            guard let scalar = Unicode.Scalar(value) else { throw invalid("UTF-16", at: place - 2) }
            utf8.append(contentsOf: UTF8.encode(scalar)!)
        }
        return utf8
    }

    /// Looks for what no XML document may hold (XML 1.0, section 2.2, "Characters"), in valid UTF-8.
    private static func checkCharacters(_ bytes: [UInt8]) throws(XMLRPCDocumentError) {
        var isSuspicious = false
        // Without a way out of the loop, so that many bytes are looked at in one step.
        for byte in bytes {
            let isControl = byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D
            isSuspicious = isSuspicious || isControl || byte == 0xEF
        }
        guard isSuspicious else { return }
        for (place, byte) in bytes.enumerated() {
            let isControl = byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D
            let isNoncharacter = byte == 0xEF && bytes[place + 1] == 0xBF && bytes[place + 2] >= 0xBE
            guard isControl || isNoncharacter else { continue }
            let position = TextPosition(of: place, in: bytes)
            throw XMLRPCDocumentError(
                .notWellFormed, "a character that XML does not have", line: position.line, column: position.column)
        }
    }

    private static func invalid(_ encoding: String, at place: Int) -> XMLRPCDocumentError {
        XMLRPCDocumentError(.invalidCharacter, "byte \(place) of the document is not \(encoding)")
    }
}
