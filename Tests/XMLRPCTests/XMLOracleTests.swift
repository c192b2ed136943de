import Foundation
import FoundationXML
import Testing
import XMLRPC
import SeededRandom

/// Foundation's parser (libxml2) as a second opinion on what is well-formed, and on the text of elements.
private final class Oracle: NSObject, XMLParserDelegate {
    /// The text of every element without elements in it, in order.
    private(set) var texts: [String] = []
    private var text = ""
    private var isLeaf = false

    /// The texts of a document that is well-formed; `nil` of another.
    static func texts(of document: [UInt8]) -> [String]? {
        let oracle = Oracle()
        let parser = XMLParser(data: Data(document))
        parser.delegate = oracle
        let isDone = parser.parse()
        // It may say that all went well and hold an error; one about a prefix without its namespace (201) is none of ours.
        let code = (parser.parserError as NSError?)?.code ?? 201
        return isDone && code == 201 ? oracle.texts : nil
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        isLeaf = true
        text = ""
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

    /// Line ends in CDATA come here as they were sent, which XML 1.0 (section 2.11) has otherwise.
    func parser(_ parser: XMLParser, foundCDATA block: Data) {
        text += String(decoding: block, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        if isLeaf { texts.append(text) }
        isLeaf = false
    }
}

struct XMLOracleTests {
    /// No processing instruction without data: Foundation's parser ends the program at `<?a?>`.
    private static let pieces = [
        "<value>", "</value>", "<value/>", "<string>", "</string>", "<ex:string>", "</ex:string>", "<array><data>",
        "</data></array>",
        "a", " ", "\n", "\r\n", "&amp;", "&#65;", "&#x41;", "&#0;", "&b;", "&", "<", ">", "]]>", "]", "<![CDATA[",
        "<![CDATA[x]]>",
        "<!--", "-->", "<!-- a -->", "--", "<?a b?>", "<?a b", "?>", "<?xml version='1.0'?>", "<value a='b'>",
        "<value a='b' a='c'>", "'",
        "\"", "ä", "漢", "/", "=", "\u{1}", "<!DOCTYPE a>", "<string a = \"&lt;\" />",
    ]

    /// Documents that are read have the same texts there; those that are -32700 here are not well-formed there either.
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `libxml2 agrees on what is well-formed, and on the texts`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var (read, refused) = (0, 0)
        for _ in 0..<2_000 {
            let inner = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                Self.pieces.randomElement(using: &random) ?? ""
            }
            let document = answer(
                "<value><array><data><value><string>" + inner.joined() + "</string></value></data></array></value>")
            let text = String(decoding: document, as: UTF8.self)
            do throws(XMLRPCDocumentError) {
                let value = try value(of: document)
                let theirs = Oracle.texts(of: document)
                #expect(theirs == value.map { Self.texts(of: $0) }, "seed \(seed): \(text)")
                read += 1
            } catch {
                guard error.kind == .notWellFormed else { continue }
                #expect(Oracle.texts(of: document) == nil, "seed \(seed): \(error) in \(text)")
                refused += 1
            }
        }
        #expect(read > 100 && refused > 100)
    }

    private static func texts(of value: XMLRPCValue) -> [String] {
        switch value {
        case .string(let string): [string]
        case .array(let values): values.isEmpty ? [""] : values.flatMap(texts)
        default: []
        }
    }
}
