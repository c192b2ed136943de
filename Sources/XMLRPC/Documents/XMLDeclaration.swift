/// The first line of most documents (XML 1.0, section 2.8).
///
/// ```
/// <?xml version="1.0" [encoding="NAME"] [standalone="yes" or "no"] ?>
/// ```
struct XMLDeclaration {
    /// The name of the encoding, if one is given.
    private(set) var encoding: ArraySlice<UInt8>?
    /// Where the document goes on.
    private(set) var end: Int

    private static let opening = Array("<?xml".utf8)

    /// Reads a declaration that may stand at this place of a document, in an encoding that is like ASCII.
    static func read(_ bytes: [UInt8], from start: Int) throws(XMLRPCDocumentError) -> XMLDeclaration {
        var declaration = XMLDeclaration(end: start)
        let rest = bytes[start...]
        guard rest.starts(with: opening), rest.count > opening.count, isSpace(rest[start + opening.count]) else {
            return declaration
        }
        var cursor = start + opening.count
        var expected = 0
        while true {
            let isApart = cursor < bytes.count && isSpace(bytes[cursor])
            while cursor < bytes.count && isSpace(bytes[cursor]) { cursor += 1 }
            if expected > 0, bytes[cursor...].starts(with: [UInt8(ascii: "?"), UInt8(ascii: ">")]) { break }
            guard isApart, let (name, value, next) = attribute(bytes, from: cursor) else { throw malformed }
            cursor = next
            switch (String(decoding: name, as: UTF8.self), expected) {
            case ("version", 0):
                guard value.starts(with: Array("1.".utf8)), value.count > 2,
                    value.dropFirst(2).allSatisfy({ 0x30...0x39 ~= $0 })
                else { throw malformed }
                expected = 1
            case ("encoding", 1):
                guard !value.isEmpty else { throw malformed }
                declaration.encoding = value
                expected = 2
            case ("standalone", 1...2):
                guard value.elementsEqual("yes".utf8) || value.elementsEqual("no".utf8) else { throw malformed }
                expected = 3
            default: throw malformed
            }
        }
        declaration.end = cursor + 2
        return declaration
    }

    private static var malformed: XMLRPCDocumentError {
        XMLRPCDocumentError(.notWellFormed, "the XML declaration is malformed", line: 1, column: 1)
    }

    /// `name = "value"`, and where it ends.
    private static func attribute(
        _ bytes: [UInt8], from start: Int
    ) -> (name: ArraySlice<UInt8>, value: ArraySlice<UInt8>, end: Int)? {
        var cursor = start
        func skipSpace() { while cursor < bytes.count && isSpace(bytes[cursor]) { cursor += 1 } }
        while cursor < bytes.count && 0x61...0x7A ~= bytes[cursor] && cursor - start < 16 { cursor += 1 }
        let name = bytes[start..<cursor]
        skipSpace()
        guard cursor < bytes.count, bytes[cursor] == UInt8(ascii: "=") else { return nil }
        cursor += 1
        skipSpace()
        guard cursor < bytes.count, bytes[cursor] == 0x22 || bytes[cursor] == 0x27 else { return nil }
        let quote = bytes[cursor]
        // No value here is long: an unclosed quote is not looked for through the whole document.
        let value = bytes[(cursor + 1)...].prefix(64).prefix { $0 != quote && $0 != UInt8(ascii: "<") }
        guard value.endIndex < bytes.count, bytes[value.endIndex] == quote else { return nil }
        return (name, value, value.endIndex + 1)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { XMLReader.isSpace(byte) }
}
