/// The XML that XML-RPC is written in, tag by tag and text by text: elements, attributes, character references, the five
/// entities, CDATA, comments and processing instructions. It has no DTD: a DOCTYPE is refused where it begins.
///
/// ```
///  space() tag()        text()          tag()
/// |        <value>|before the next tag|</value>| ...
/// ```
///
/// Our own, since Foundation's parser (of Swift 6.3) ends the program at `<?a?>`, refuses texts over 10 MB, takes 2.4 s for a
/// tag with 100,000 attributes before it lets anybody count them, and reports success for documents such as `<a/>x` and
/// `<a><b></a>`. Bytes from 0x80 are taken for letters in names; otherwise what is read here is well-formed.
struct XMLReader {
    /// A tag.
    struct Tag {
        enum Kind { case start, end, empty }
        var kind: Kind
        /// Where the name stands in the document, its prefix included.
        var name: Range<Int>
    }

    /// The document: UTF-8, without characters that XML does not have.
    let bytes: [UInt8]
    /// The next byte.
    var place: Int
    private let maximumAttributes: Int

    /// A reader of a document in any encoding that ``XMLEncoding`` knows.
    init(_ document: [UInt8], maximumAttributes: Int) throws(XMLRPCDocumentError) {
        (bytes, place) = try XMLEncoding.decode(document)
        self.maximumAttributes = maximumAttributes
    }

    /// An error here, or where it says.
    func error(_ kind: XMLRPCDocumentError.Kind, _ reason: String, at place: Int? = nil) -> XMLRPCDocumentError {
        let position = TextPosition(of: place ?? self.place, in: bytes)
        return XMLRPCDocumentError(kind, reason, line: position.line, column: position.column)
    }

    /// Whether a byte is white space in XML.
    @inline(__always) static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// The byte so many further on; 0, which no document holds, after the end.
    @inline(__always) func peek(_ distance: Int = 0) -> UInt8 {
        let index = place + distance
        return index < bytes.count ? bytes[index] : 0
    }

    func isNext(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard bytes.count - place >= count else { return false }
        for offset in 0..<count where bytes[place + offset] != text.utf8Start[offset] { return false }
        return true
    }

    /// Whether a part of the document reads so.
    func matches(_ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count where bytes[range.lowerBound + offset] != text.utf8Start[offset] { return false }
        return true
    }

    /// Whether two parts of the document read alike.
    func matches(_ range: Range<Int>, _ other: Range<Int>) -> Bool {
        guard range.count == other.count else { return false }
        for offset in 0..<range.count where bytes[range.lowerBound + offset] != bytes[other.lowerBound + offset] {
            return false
        }
        return true
    }
}

// MARK: Tags

extension XMLReader {
    /// What stands before and after the document's element: white space, comments and processing instructions.
    ///
    /// - Returns: whether a tag comes next, rather than the end.
    mutating func outside() throws(XMLRPCDocumentError) -> Bool {
        while true {
            skipSpace()
            if place == bytes.count { return false }
            guard peek() == UInt8(ascii: "<") else {
                throw error(.notWellFormed, "text outside of the document's element")
            }
            if isNext("<!DOCTYPE") { throw error(.notWellFormed, "a DOCTYPE is not accepted") }
            guard try skipAside() else { return true }
        }
    }

    /// The tag that begins here.
    mutating func tag() throws(XMLRPCDocumentError) -> Tag {
        if peek() != UInt8(ascii: "<") { throw error(.notWellFormed, "the document ends before its element does") }
        let start = place
        place += 1
        var kind = Tag.Kind.start
        if peek() == UInt8(ascii: "/") {
            kind = .end
            place += 1
        }
        let name = try name()
        // Most tags are no more than a name.
        if peek() != UInt8(ascii: ">") {
            if kind == .start { try attributes() } else { skipSpace() }
        }
        if kind == .start && peek() == UInt8(ascii: "/") {
            kind = .empty
            place += 1
        }
        guard peek() == UInt8(ascii: ">") else { throw error(.notWellFormed, "a tag is malformed", at: start) }
        place += 1
        return Tag(kind: kind, name: name)
    }

    private mutating func name() throws(XMLRPCDocumentError) -> Range<Int> {
        let start = place
        while place < bytes.count {
            switch bytes[place] {
            case 0x61...0x7A, 0x41...0x5A, UInt8(ascii: "_"), UInt8(ascii: ":"), 0x80...: place += 1
            case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "."):
                guard place > start else { throw error(.notWellFormed, "a name begins with a digit or a sign") }
                place += 1
            default:
                guard place > start else { throw error(.notWellFormed, "a name is missing") }
                return start..<place
            }
        }
        throw error(.notWellFormed, "the document ends within a tag")
    }

    /// Reads attributes and forgets them: XML-RPC has none, and Apache's programs declare a namespace.
    private mutating func attributes() throws(XMLRPCDocumentError) {
        var seen: [Range<Int>] = []
        while true {
            let before = place
            skipSpace()
            if peek() == UInt8(ascii: ">") || peek() == UInt8(ascii: "/") || place == bytes.count { return }
            guard place > before else { throw error(.notWellFormed, "a tag is malformed") }
            let name = try name()
            guard seen.count < maximumAttributes else {
                throw error(.invalidRequest, "over \(maximumAttributes) attributes (limit attributes)")
            }
            if seen.contains(where: { matches($0, name) }) {
                throw error(.notWellFormed, "an attribute comes twice", at: name.lowerBound)
            }
            seen.append(name)
            skipSpace()
            guard peek() == UInt8(ascii: "=") else { throw error(.notWellFormed, "an attribute has no value") }
            place += 1
            skipSpace()
            try attributeValue()
        }
    }

    private mutating func attributeValue() throws(XMLRPCDocumentError) {
        let quote = peek()
        guard quote == 0x22 || quote == 0x27 else { throw error(.notWellFormed, "an attribute's value has no quotes") }
        place += 1
        while place < bytes.count {
            switch bytes[place] {
            case quote:
                place += 1
                return
            case UInt8(ascii: "<"): throw error(.notWellFormed, "< in an attribute's value")
            case UInt8(ascii: "&"): _ = try reference()
            default: place += 1
            }
        }
        throw error(.notWellFormed, "the document ends within a tag")
    }

    @inline(__always) private mutating func skipSpace() {
        while place < bytes.count && Self.isSpace(bytes[place]) { place += 1 }
    }

    /// Skips a comment or a processing instruction, if one begins here.
    mutating func skipAside() throws(XMLRPCDocumentError) -> Bool {
        if isNext("<!--") {
            let start = place
            place += 4
            while place < bytes.count {
                if bytes[place] == UInt8(ascii: "-") && isNext("--") {
                    guard peek(2) == UInt8(ascii: ">") else { throw error(.notWellFormed, "-- within a comment") }
                    place += 3
                    return true
                }
                place += 1
            }
            throw error(.notWellFormed, "a comment does not end", at: start)
        }
        guard isNext("<?") else { return false }
        let start = place
        place += 2
        let target = try name()
        if target.count == 3 && bytes[target].elementsEqual("xml".utf8, by: { $0 | 0x20 == $1 }) {
            throw error(.notWellFormed, "an XML declaration that is not at the beginning", at: start)
        }
        guard Self.isSpace(peek()) || isNext("?>") else {
            throw error(.notWellFormed, "a processing instruction is malformed", at: start)
        }
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "?") && isNext("?>") {
                place += 2
                return true
            }
            place += 1
        }
        throw error(.notWellFormed, "a processing instruction does not end", at: start)
    }
}
