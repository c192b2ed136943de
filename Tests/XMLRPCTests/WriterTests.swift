import Testing
import XMLRPC

struct WriterTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test(
        arguments: [
            (.int(0), "<int>0</int>"), (.int(-7), "<int>-7</int>"), (.int(2_147_483_647), "<int>2147483647</int>"),
            (.int(-2_147_483_648), "<int>-2147483648</int>"), (.int(2_147_483_648), "<i8>2147483648</i8>"),
            (.int(.min), "<i8>-9223372036854775808</i8>"), (.boolean(true), "<boolean>1</boolean>"),
            (.boolean(false), "<boolean>0</boolean>"), (.string(""), "<string></string>"),
            (.string("<a> & \"b\" 'c' ]]>\r\n\tä🎈"), "<string>&lt;a&gt; &amp; \"b\" 'c' ]]&gt;&#13;\n\tä🎈</string>"),
            (.double(0), "<double>0.0</double>"), (.double(-1.5), "<double>-1.5</double>"),
            (.double(0.1), "<double>0.1</double>"),
            (.double(1e16), "<double>10000000000000000.0</double>"), (.double(1.25e-7), "<double>0.000000125</double>"),
            (.double(-1.5e20), "<double>-150000000000000000000.0</double>"),
            (.double(123456789.125), "<double>123456789.125</double>"),
            (.base64(Array("ABCD".utf8)), "<base64>QUJDRA==</base64>"), (.base64([]), "<base64></base64>"),
            (.nil, "<nil/>"),
            (.array([]), "<array><data></data></array>"),
            (.array([.int(1), .nil]), "<array><data><value><int>1</int></value><value><nil/></value></data></array>"),
            (.struct([:]), "<struct></struct>"),
            (
                .struct(["b": .int(1), "<": .nil]),
                "<struct><member><name>&lt;</name><value><nil/></value></member>"
                    + "<member><name>b</name><value><int>1</int></value></member></struct>"
            ),
        ] as [(XMLRPCValue, String)])
    func `a value is written in these bytes`(value: XMLRPCValue, xml: String) throws {
        #expect(
            text(try XMLRPCResponse.value(value).encoded()) == """
                <?xml version="1.0"?>
                <methodResponse><params><param><value>\(xml)</value></param></params></methodResponse>
                """)
    }

    @Test func `a date is written in the old form`() throws {
        let date = try #require(XMLRPCDateTime("1998-07-17T14:55:33Z"))
        #expect(
            text(try XMLRPCResponse.value(.dateTime(date)).encoded()).contains(
                "<value><dateTime.iso8601>19980717T14:55:33Z</dateTime.iso8601></value>"))
    }

    @Test func `a call is written in these bytes`() throws {
        #expect(
            text(try XMLRPCRequest(methodName: "a.b", parameters: [.int(1), .array([.nil])]).encoded()) == """
                <?xml version="1.0"?>
                <methodCall><methodName>a.b</methodName><params><param><value><int>1</int></value></param>\
                <param><value><array><data><value><nil/></value></data></array></value></param></params></methodCall>
                """)
        #expect(
            text(try XMLRPCRequest(methodName: "m").encoded()) == """
                <?xml version="1.0"?>
                <methodCall><methodName>m</methodName><params></params></methodCall>
                """)
    }

    @Test func `a fault is written in these bytes, whatever its words hold`() throws {
        #expect(
            text(try XMLRPCResponse.fault(XMLRPCFault(code: -4, string: "a\u{0}<\u{FFFF}")).encoded()) == """
                <?xml version="1.0"?>
                <methodResponse><fault><value><struct>\
                <member><name>faultCode</name><value><int>-4</int></value></member>\
                <member><name>faultString</name><value><string>a\u{FFFD}&lt;\u{FFFD}</string></value></member>\
                </struct></value></fault></methodResponse>
                """)
    }

    @Test(arguments: ["\u{0}", "\u{8}", "\u{B}", "\u{1F}", "\u{FFFE}", "\u{FFFF}"] as [Unicode.Scalar])
    func `a character that XML cannot carry is refused, with its place`(scalar: Unicode.Scalar) {
        let string = "a<ä\u{FFFD}\(scalar)b"
        let parameters: [XMLRPCValue] = [.int(1), .array([.nil, .struct(["key": .array([.string(string)])])])]
        let error = #expect(throws: XMLRPCEncodingError.self) {
            try XMLRPCRequest(methodName: "m", parameters: parameters).encoded()
        }
        #expect(error?.reason == .character(scalar))
        #expect(error?.place == "params[1][1].key[0]")
        let inName = #expect(throws: XMLRPCEncodingError.self) {
            try XMLRPCResponse.value(.struct([string: .nil])).encoded()
        }
        #expect(inName?.reason == .character(scalar))
    }

    @Test func `an error names the character, and not more`() {
        let error = XMLRPCEncodingError(.character("\u{B}"), at: "result[3]")
        #expect(error.description == "XML cannot carry the character U+000B (at result[3]); send the text as base64")
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func `a number that is not finite is refused`(double: Double) {
        let error = #expect(throws: XMLRPCEncodingError.self) {
            try XMLRPCResponse.value(.array([.double(double)])).encoded()
        }
        #expect(error?.place == "result[0]")
        guard case .notFinite = error?.reason else { return #expect(Bool(false), "\(error?.description ?? "")") }
    }

    @Test(arguments: ["", "a b", "ä", "a<b", "a-b", "a\n", "a\u{0}"])
    func `a method's name with other characters is refused`(name: String) {
        let error = #expect(throws: XMLRPCEncodingError.self) { try XMLRPCRequest(methodName: name).encoded() }
        #expect(error?.reason == .methodName(name))
    }

    @Test func `piece by piece gives the same bytes as at once`() throws {
        let value = XMLRPCValue.struct(["a": .array([.int(1), .string("x")]), "b": .struct([:])])
        var writer = XMLRPCWriter()
        var bytes: [UInt8] = []
        writer.beginResponse()
        writer.beginStruct()
        bytes += writer.takeBytes()
        try writer.member("a")
        writer.beginArray()
        try writer.value(.int(1))
        bytes += writer.takeBytes()
        #expect(writer.byteCount == 0)
        try writer.value(.string("x"))
        writer.endArray()
        #expect(writer.byteCount > 0)
        try writer.member("b")
        writer.beginStruct()
        writer.endStruct()
        writer.endStruct()
        writer.end()
        bytes += writer.takeBytes()
        #expect(text(bytes) == text(try XMLRPCResponse.value(value).encoded()))
    }

    @Test func `an order that makes no document ends the program`() async {
        await #expect(processExitsWith: .failure) {
            var writer = XMLRPCWriter()
            writer.beginResponse()
            writer.end()
        }
        await #expect(processExitsWith: .failure) {
            var writer = XMLRPCWriter()
            writer.beginResponse()
            try writer.value(.nil)
            try writer.value(.nil)
        }
        await #expect(processExitsWith: .failure) {
            var writer = XMLRPCWriter()
            writer.beginResponse()
            writer.beginStruct()
            try writer.value(.nil)
        }
        await #expect(processExitsWith: .failure) {
            var writer = XMLRPCWriter()
            writer.beginResponse()
            writer.beginArray()
            writer.endStruct()
        }
        await #expect(processExitsWith: .failure) {
            var writer = XMLRPCWriter()
            try writer.value(.nil)
        }
    }
}
