import Foundation
import FoundationXML
import Lab
import ServerModels
import Testing

struct ReportTests {
    private static let machine = Machine(
        processor: "<b>CPU</b> & co", cores: 2, memoryBytes: 8 << 30, kernel: "Linux 6", load: 0.5,
        date: Date(timeIntervalSince1970: 0), version: "0.1.0")

    /// Something of everything: time-lines, bars, curves, memory, a failure, and texts that would like to be markup.
    private static func html(name: String = "Client-1", reason: String = "x", command: [String] = ["mboard"]) -> String
    {
        let held = Samples.comparison(
            .whoIsServed,
            [
                Samples.entry(Samples.cell(.sequential), Samples.held(name: name)),
                Comparison.Entry(cell: Samples.cell(.tasks), outcome: .failed(reason)),
            ])
        let open = Samples.comparison(.connections, [Samples.entry(Samples.cell(.tasks), Samples.held())])
        return Report([held, Samples.peers, open], machine: machine, command: command).html
    }

    @Test func `the document is well-formed, and every id stands once`() throws {
        let reader = Reader()
        try reader.read(Self.html())
        #expect(reader.problem == nil)
        #expect(Set(reader.ids).count == reader.ids.count - 2, "the three comparisons have one name here")
        #expect(reader.counts["svg"] ?? 0 >= 6)
        #expect(reader.counts["table"] == 3)
    }

    @Test func `nothing in it comes from outside, and nothing runs`() throws {
        let reader = Reader()
        try reader.read(Self.html())
        for element in ["script", "link", "img", "iframe", "object", "embed", "image", "use", "a"] {
            #expect(reader.counts[element] == nil, "\(element)")
        }
        #expect(reader.attributes.isDisjoint(with: ["src", "href", "xlink:href", "onload", "onclick"]))
        #expect(!Self.html().contains("@import") && !Self.html().contains("http"))
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "\"><svg onload=x>", "a & b", "]]>", "\u{0}\u{1B}[31m\u{FFFF}", "' onclick='x",
    ])
    func `a text from outside stays a text`(text: String) throws {
        let reader = Reader()
        try reader.read(Self.html(name: text, reason: text, command: ["mboard", text]))
        #expect(reader.problem == nil)
        #expect(reader.counts["script"] == nil)
        #expect(reader.attributes.isDisjoint(with: ["onload", "onclick"]))
    }

    @Test func `every drawing has a title and a description, every column a header`() throws {
        let reader = Reader()
        try reader.read(Self.html())
        // One drawing more: it holds a pattern, and is hidden.
        #expect(reader.counts["desc"] == (reader.counts["svg"] ?? 0) - 1)
        #expect(reader.counts["title"] == reader.counts["svg"])
        #expect(reader.counts["th"] ?? 0 > 0 && reader.headersWithoutScope == 0)
    }

    @Test func `the machine and the command are in it, with what a shell needs`() {
        let html = Self.html(command: ["mboard", "lab", "--output", "it's here.html"])
        #expect(html.contains("&lt;b&gt;CPU&lt;/b&gt; &amp; co"))
        #expect(html.contains("mboard lab --output &#39;it&#39;\\&#39;&#39;s here.html&#39;"))
        #expect(html.contains("1970-01-01T00:00:00Z"))
    }

    @Test(arguments: [("a.b-c:8", "a.b-c:8"), ("", "''"), ("a b", "'a b'"), ("$(x)", "'$(x)'"), ("it's", "'it'\\''s'")])
    func `a word is quoted when a shell would change it`(word: String, quoted: String) {
        #expect(Report.quoted(word) == quoted)
    }

    @Test(arguments: [
        (20.0, [0, 5, 10, 15, 20.0]), (0.35, [0, 0.1, 0.2, 0.3]), (1.0, [0, 0.2, 0.4, 0.6, 0.8, 1]), (0, [0]),
        (.infinity, [0]),
    ])
    func `an axis has few and round numbers`(end: Double, ticks: [Double]) {
        let values = Ticks(to: end, count: 5).values
        #expect(values.count == ticks.count)
        for (value, tick) in zip(values, ticks) { #expect(abs(value - tick) < 1e-9) }
    }
}

/// Reads a document as XML, and notes what is in it.
private final class Reader: NSObject, XMLParserDelegate {
    var counts: [String: Int] = [:]
    var attributes: Set<String> = []
    var ids: [String] = []
    var headersWithoutScope = 0
    var problem: String?

    func read(_ html: String) throws {
        let parser = XMLParser(data: Data(html.utf8))
        parser.delegate = self
        if !parser.parse() { problem = "line \(parser.lineNumber): \(parser.parserError.map { "\($0)" } ?? "?")" }
    }

    func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
        attributes found: [String: String] = [:]
    ) {
        counts[element, default: 0] += 1
        attributes.formUnion(found.keys)
        if let id = found["id"] { ids.append(id) }
        if element == "th", found["scope"] == nil { headersWithoutScope += 1 }
    }
}
