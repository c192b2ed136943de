import Testing
import XMLRPC

struct CharacterEncodingTests {
    private static let text = "Grüße 漢🎈"

    private static func document(declaring encoding: String?, _ text: String) -> String {
        let declaration = encoding.map { "<?xml version=\"1.0\" encoding=\"\($0)\"?>" } ?? ""
        return declaration + "<methodResponse><params><param><value>\(text)</value></param></params></methodResponse>"
    }

    private static func utf16(_ text: String, bigEndian: Bool, mark: Bool) -> [UInt8] {
        ((mark ? [0xFEFF] : []) + Array(text.utf16)).flatMap { unit -> [UInt8] in
            let (high, low) = (UInt8(unit >> 8), UInt8(truncatingIfNeeded: unit))
            return bigEndian ? [high, low] : [low, high]
        }
    }

    @Test(arguments: [nil, "UTF-8", "utf-8", "utf8"], [false, true])
    func `UTF-8 is read, with a mark or without`(name: String?, isMarked: Bool) throws {
        let document = (isMarked ? [0xEF, 0xBB, 0xBF] : []) + Array(Self.document(declaring: name, Self.text).utf8)
        #expect(try value(of: document) == .string(Self.text))
    }

    @Test(arguments: ["ISO-8859-1", "iso-8859-1", "latin1", "Latin-1"])
    func `ISO-8859-1 is read`(name: String) throws {
        let all = String(String.UnicodeScalarView((0xA0...0xFF).map { Unicode.Scalar($0 as UInt8) }))
        let document = Self.document(declaring: name, all).unicodeScalars.map { UInt8($0.value) }
        #expect(try value(of: document) == .string(all))
    }

    @Test(arguments: ["US-ASCII", "ascii"])
    func `US-ASCII is read, and refused with an eighth bit`(name: String) throws {
        #expect(try value(of: Array(Self.document(declaring: name, "a").utf8)) == .string("a"))
        #expect(refusal(ofAnswer: Array(Self.document(declaring: name, "ä").utf8)) == -32702)
    }

    @Test(arguments: [false, true], [false, true])
    func `UTF-16 is read in both orders, with a mark or without`(isBig: Bool, isMarked: Bool) throws {
        for name in [nil, "UTF-16", "utf-16", isBig ? "UTF-16BE" : "UTF-16LE"] {
            let document = Self.utf16(Self.document(declaring: name, Self.text), bigEndian: isBig, mark: isMarked)
            #expect(try value(of: document) == .string(Self.text), "\(name ?? "none")")
        }
    }

    @Test(arguments: ["koi8-r", "windows-1252", "utf-7", "utf-32", "x", String(repeating: "utf-8", count: 9)])
    func `another encoding is -32701`(name: String) {
        #expect(refusal(ofAnswer: Array(Self.document(declaring: name, "a").utf8)) == -32701)
    }

    @Test func `a declaration that contradicts the bytes is -32701`() {
        #expect(refusal(ofAnswer: Array(Self.document(declaring: "utf-16", "a").utf8)) == -32701)
        #expect(refusal(ofAnswer: Array(Self.document(declaring: "utf-16be", "a").utf8)) == -32701)
        #expect(refusal(ofAnswer: [0xEF, 0xBB, 0xBF] + Array(Self.document(declaring: "latin1", "a").utf8)) == -32701)
        let wide = Self.document(declaring: "utf-8", "a")
        #expect(refusal(ofAnswer: Self.utf16(wide, bigEndian: false, mark: true)) == -32701)
        let little = Self.document(declaring: "utf-16le", "a")
        #expect(refusal(ofAnswer: Self.utf16(little, bigEndian: true, mark: false)) == -32701)
    }

    @Test func `UTF-32 is -32701`() {
        let text = "\u{FEFF}" + Self.document(declaring: nil, "a")
        #expect(
            refusal(
                ofAnswer: text.unicodeScalars.flatMap {
                    [UInt8(truncatingIfNeeded: $0.value), UInt8(truncatingIfNeeded: $0.value >> 8), 0, 0]
                }) == -32701)
        #expect(
            refusal(
                ofAnswer: text.unicodeScalars.flatMap {
                    [0, 0, UInt8(truncatingIfNeeded: $0.value >> 8), UInt8(truncatingIfNeeded: $0.value)]
                }) == -32701)
    }

    @Test(
        arguments: [
            [0xFF], [0xC0, 0xAF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80], [0xC3],
            [0xF0, 0x9F, 0x8E],
        ] as [[UInt8]])
    func `bytes that are no UTF-8 are -32702`(bytes: [UInt8]) {
        let parts = Self.document(declaring: nil, "|").utf8.split(separator: UInt8(ascii: "|")).map(Array.init)
        #expect(refusal(ofAnswer: parts[0] + bytes + parts[1]) == -32702)
        #expect(refusal(ofAnswer: parts[0] + bytes) == -32702)
    }

    @Test(arguments: [[0xD800], [0xDC00], [0xD800, 0x41], [0xDC00, 0xD800]] as [[UInt16]])
    func `half a surrogate pair, or half a unit, is -32702`(units: [UInt16]) {
        let head = Self.utf16("<a>", bigEndian: true, mark: true)
        #expect(refusal(ofAnswer: head + units.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }) == -32702)
        #expect(refusal(ofAnswer: head + [0]) == -32702)
    }
}
