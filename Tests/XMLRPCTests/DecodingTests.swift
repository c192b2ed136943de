import Testing
import XMLRPC

struct DecodingTests {
    @Test(
        arguments: [
            // Integers of all names: sign, zeros, both ends of the range.
            ("<int>5</int>", .int(5)), ("<i4>-0042</i4>", .int(-42)), ("<int>+7</int>", .int(7)),
            ("<int>-0</int>", .int(0)),
            ("<int>2147483647</int>", .int(2_147_483_647)), ("<i4>-2147483648</i4>", .int(-2_147_483_648)),
            ("<i1>-128</i1>", .int(-128)), ("<ex:i1>127</ex:i1>", .int(127)),
            ("<i2>32767</i2>", .int(32_767)), ("<a:i2>-32768</a:i2>", .int(-32_768)),
            ("<i8>9223372036854775807</i8>", .int(.max)), ("<ex:i8>-9223372036854775808</ex:i8>", .int(.min)),
            ("<biginteger>00000000000000000000000000000000007</biginteger>", .int(7)),
            ("<ex:biginteger>9223372036854775807</ex:biginteger>", .int(.max)), ("<int>\n 5\t</int>", .int(5)),
            // Booleans.
            ("<boolean>0</boolean>", .boolean(false)), ("<boolean>1</boolean>", .boolean(true)),
            // Doubles.
            ("<double>1.5</double>", .double(1.5)), ("<double>-.5</double>", .double(-0.5)),
            ("<double>5.</double>", .double(5)),
            ("<double>1</double>", .double(1)), ("<double>+1.25E-2</double>", .double(0.0125)),
            ("<double>1e308</double>", .double(1e308)), ("<double>1e-999</double>", .double(0)),
            ("<float>2.5</float>", .double(2.5)), ("<ex:float>2.5</ex:float>", .double(2.5)),
            ("<ex:bigdecimal>0.10</ex:bigdecimal>", .double(0.1)), ("<bigdecimal>7</bigdecimal>", .double(7)),
            // Base64.
            ("<base64>QUJD</base64>", .base64(Array("ABC".utf8))), ("<base64/>", .base64([])),
            ("<base64>\r\n Q U\tJD\nRA==\n</base64>", .base64(Array("ABCD".utf8))),
            // Nil.
            ("<nil/>", .nil), ("<ex:nil/>", .nil), ("<nil></nil>", .nil), ("<nil> </nil>", .nil),
            // Containers.
            ("<array><data/></array>", .array([])), ("<struct/>", .struct([:])), ("<struct> </struct>", .struct([:])),
            (
                "<array> <data> <value><int>1</int></value> <value>a</value> </data> </array>",
                .array([.int(1), .string("a")])
            ),
            ("<struct><member><name>b</name><value/></member></struct>", .struct(["b": .string("")])),
            ("<struct> <member> <name> </name> <value> </value> </member> </struct>", .struct([" ": .string(" ")])),
            (
                "<struct><member><name>a</name><value>1</value></member><member><name/><value/></member>"
                    + "<member><name>a</name><value>2</value></member></struct>",
                .struct(["a": .string("2"), "": .string("")])
            ),
        ] as [(String, XMLRPCValue)])
    func `a typed value is read`(xml: String, expected: XMLRPCValue) throws {
        #expect(try value(of: answer("<value>\(xml)</value>")) == expected)
        #expect(try value(of: answer("<value> \n<!-- c -->\(xml)<?pi?>\r\n </value>")) == expected)
    }

    @Test(arguments: [
        ("", ""), ("text", "text"), (" a  b\n\t", " a  b\n\t"), ("&lt;&gt;&amp;&quot;&apos;", "<>&\"'"),
        ("&#65;&#x42;&#x1f388;&#0000067;", "AB🎈C"), ("a\r\nb\rc\n", "a\nb\nc\n"), ("a&#13;&#10;b", "a\r\nb"),
        ("<![CDATA[<b>&amp;]]>", "<b>&amp;"), ("<![CDATA[]]]]>", "]]"), ("<![CDATA[\r\n]]>", "\n"),
        ("a]b]]c", "a]b]]c"),
        ("a<!-- <b> & -->b<?p q?>c", "abc"), ("<!---->", ""), ("<!-- - -->", ""), ("äß漢🎈", "äß漢🎈"),
        ("\u{85}\u{2028}", "\u{85}\u{2028}"),
        ("&amp;lt;", "&lt;"), ("> '\"", "> '\""), ("\u{7F}\u{FFFD}", "\u{7F}\u{FFFD}"),
    ])
    func `a string is read, typed or not, with its white space`(xml: String, expected: String) throws {
        #expect(try value(of: answer("<value><string>\(xml)</string></value>")) == .string(expected))
        #expect(try value(of: answer("<value>\(xml)</value>")) == .string(expected))
        #expect(
            try value(of: answer("<value><struct><member><name>\(xml)</name><value/></member></struct></value>"))
                == .struct([expected: .string("")]))
    }

    @Test(arguments: ["<value/>", "<value></value>", "<value><string/></value>", "<value><string></string></value>"])
    func `an empty value is an empty string`(xml: String) throws {
        #expect(try value(of: answer(xml)) == .string(""))
    }

    @Test(arguments: ["dateTime.iso8601", "dateTime", "ex:dateTime", "ex:dateTime.iso8601"])
    func `a date is read`(name: String) throws {
        let expected = try #require(XMLRPCDateTime("19980717T14:55:33Z"))
        #expect(try value(of: answer("<value><\(name)> 1998-07-17T14:55:33Z</\(name)></value>")) == .dateTime(expected))
    }

    @Test(
        arguments: [
            ("<methodName>m</methodName>", []), ("<methodName>m</methodName><params/>", []),
            (" <methodName>m</methodName> <params> </params> ", []),
            (
                "<methodName>m</methodName><params><param><value>a</value></param>\n<param><value/></param></params>",
                ["a", ""]
            ),
            (
                "<methodName >m</methodName\n><params a='>' b = \"&lt;'\"><param ><value >a</value ></param></params>",
                ["a"]
            ),
        ] as [(String, [String])])
    func `a call is read`(inner: String, expected: [String]) throws {
        let request = try XMLRPCRequest(decoding: call(inner))
        #expect(request == XMLRPCRequest(methodName: "m", parameters: expected.map { .string($0) }))
    }

    @Test func `a method's name has letters, digits and four signs`() throws {
        let name = "AZaz09_.:/"
        #expect(try XMLRPCRequest(decoding: call("<methodName>\(name)</methodName>")).methodName == name)
    }

    @Test(arguments: [
        "<methodCall><methodName>m</methodName></methodCall>",
        "\n<methodCall><methodName>m</methodName></methodCall>\n",
        "<?xml version='1.0'?><methodCall><methodName>m</methodName></methodCall>",
        "<?xml version = \"1.1\" encoding='utf-8' standalone='yes' ?>\n<methodCall><methodName>m</methodName></methodCall>",
        "<?xml-stylesheet a?><!-- a -->\n<methodCall xmlns:ex='urn:a'><methodName>m</methodName></methodCall><!-- b --><?c?> ",
    ])
    func `what stands around the document's element is left out`(document: String) throws {
        #expect(try XMLRPCRequest(decoding: Array(document.utf8)).methodName == "m")
    }

    @Test(arguments: ["int", "i4", "i8"])
    func `a fault is read`(type: String) throws {
        let document = """
            <methodResponse> <fault> <value> <struct>
            <member><name>faultString</name><value>Too many.</value></member>
            <member><name>faultCode</name><value><\(type)> 4 </\(type)></value></member>
            </struct> </value> </fault> </methodResponse>
            """
        #expect(
            try XMLRPCResponse(decoding: Array(document.utf8)) == .fault(XMLRPCFault(code: 4, string: "Too many.")))
    }
}
