import Testing
import XMLRPC

struct RefusalTests {
    @Test(arguments: [
        "", " \n", "<!-- a -->", "hello", "hello<methodCall/>", "<", "<methodCall", "<methodCall>",
        "<methodCall><methodName>m",
        "</methodCall>", "<methodCall><methodName>m</methodName></methodCall>x",
        "<methodCall><methodName>m</methodName></methodCall><methodCall/>",
        "<methodCall><methodName>m</methodName></methodCall></methodCall>",
        "<methodCall><methodName>m</methodCall></methodName>", "<methodCall><methodName>m</methodname></methodCall>",
        "<methodCall><methodName>m</methodName></methodCall a='b'>",
        "<methodCall><methodName>m</ methodName></methodCall>",
        "< methodCall><methodName>m</methodName></methodCall>", "<methodCall><1/></methodCall>",
        "<methodCall><-a/></methodCall>",
        "<methodCall a></methodCall>", "<methodCall a=1></methodCall>", "<methodCall a='1></methodCall>",
        "<methodCall a='<'></methodCall>", "<methodCall a='&b;'></methodCall>", "<methodCall a='1' a='2'></methodCall>",
        "<methodCall a='1'b='2'></methodCall>", "<methodCall/ >", "<methodCall a='1'/ >",
        // References.
        "<methodCall><methodName>&foo;</methodName></methodCall>",
        "<methodCall><methodName>&</methodName></methodCall>",
        "<methodCall><methodName>&amp</methodName></methodCall>",
        "<methodCall><methodName>&#0;</methodName></methodCall>",
        "<methodCall><methodName>&#xD800;</methodName></methodCall>",
        "<methodCall><methodName>&#x110000;</methodName></methodCall>",
        "<methodCall><methodName>&#99999999999999999999999999;</methodName></methodCall>",
        "<methodCall><methodName>&#xFFFE;</methodName></methodCall>",
        "<methodCall><methodName>&#1;</methodName></methodCall>",
        "<methodCall><methodName>&#;</methodName></methodCall>",
        "<methodCall><methodName>&#x;</methodName></methodCall>",
        "<methodCall><methodName>&#X41;</methodName></methodCall>",
        "<methodCall><methodName>&#65</methodName></methodCall>",
        "<methodCall><methodName>&#6A;</methodName></methodCall>",
        // Comments, processing instructions, CDATA.
        "<!-- a -- b --><methodCall/>", "<!-- a", "<!-- a --->", "<!--->", "<?a", "<?", "<??>", "<?a?", "<? a?>",
        "<?a+?>",
        "<methodCall><![CDATA[a</methodCall>", "<methodCall>]]></methodCall>", "<![CDATA[a]]><methodCall/>", "<!a>",
        "<methodCall><!a>",
        // Declarations.
        " <?xml version='1.0'?><methodCall/>", "<methodCall><?xml version='1.0'?></methodCall>",
        "<?XML version='1.0'?><methodCall/>",
        "<?xml?><methodCall/>", "<?xml ?><methodCall/>", "<?xml encoding='utf-8'?><methodCall/>",
        "<?xml version='2.0'?><methodCall/>",
        "<?xml version='1.'?><methodCall/>", "<?xml version='1.0' standalone='maybe'?><methodCall/>",
        "<?xml version='1.0'encoding='utf-8'?><methodCall/>", "<?xml version='1.0' version='1.0'?><methodCall/>",
        "<?xml version='1.0' encoding=''?><methodCall/>", "<?xml version='1.0' encoding='utf-8?><methodCall/>",
        "<?xml version='1.0'",
        "<?xml version='1.0' encoding=\"a<b\"?><methodCall/>",
        // A DOCTYPE, wherever it is.
        "<!DOCTYPE methodCall><methodCall/>", "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><methodCall/>",
        "<!-- a --><?b?> <!DOCTYPE a SYSTEM 'http://localhost/'><methodCall/>", "<methodCall><!DOCTYPE a></methodCall>",
        "<methodCall><methodName>m</methodName></methodCall><!DOCTYPE a>", "<!ENTITY a 'b'><methodCall/>",
        // Characters.
        "<methodCall>\u{1}</methodCall>", "<methodCall>\u{0}</methodCall>", "<methodCall>\u{1F}</methodCall>",
        "<methodCall>\u{FFFE}</methodCall>", "<methodCall>\u{FFFF}</methodCall>", "<!-- \u{8} --><methodCall/>",
    ])
    func `what is not well-formed is -32700`(document: String) {
        #expect(refusal(ofCall: Array(document.utf8)) == -32700)
    }

    @Test func `a DOCTYPE is refused by its name`() {
        let error = #expect(throws: XMLRPCDocumentError.self) {
            try XMLRPCRequest(decoding: Array("<?xml version='1.0'?>\n<!-- a -->\n<!DOCTYPE a>\n<methodCall/>".utf8))
        }
        #expect(error?.kind == .notWellFormed)
        #expect(error?.reason == "a DOCTYPE is not accepted")
        #expect(error?.line == 3)
        #expect(error?.column == 1)
    }

    @Test(arguments: [
        "<html/>", "<methodcall/>", "<ex:methodCall/>", "<methodResponse/>", "<methodCall/>",
        "<methodCall></methodCall>",
        "<methodCall><params/></methodCall>", "<methodCall>m</methodCall>", "<methodCall><methodName/></methodCall>",
        "<methodCall><methodName>m</methodName>x</methodCall>",
        "<methodCall><methodName>m</methodName><a/></methodCall>",
        "<methodCall><methodName>m</methodName><params/><params/></methodCall>",
        "<methodCall><methodName><b>m</b></methodName></methodCall>",
        "<methodCall><methodName> m</methodName></methodCall>",
        "<methodCall><methodName>rm -rf</methodName></methodCall>",
        "<methodCall><methodName>a\u{E4}</methodName></methodCall>",
        "<methodCall><methodName>m</methodName><params>x</params></methodCall>",
        "<methodCall><methodName>m</methodName><params><value/></params></methodCall>",
        "<methodCall><methodName>m</methodName><params><param/></params></methodCall>",
        "<methodCall><methodName>m</methodName><params><param><value/><value/></param></params></methodCall>",
        "<methodCall><methodName>m</methodName><params><param><int>1</int></param></params></methodCall>",
    ])
    func `a call of another shape is -32600`(document: String) {
        #expect(refusal(ofCall: Array(document.utf8)) == -32600)
    }

    @Test(arguments: [
        "<value><integer>1</integer></value>", "<value><Int>1</Int></value>", "<value><:int>1</:int></value>",
        "<value><a:b:int>1</a:b:int></value>", "<value><string>a<b/></string></value>", "<value>a<int>1</int></value>",
        "<value><int>1</int>a</value>", "<value><int>1</int><int>2</int></value>",
        "<value><int><i4>1</i4></int></value>",
        "<value><value/></value>", "<value><array/></value>", "<value><array><value/></array></value>",
        "<value><array><data/><data/></array></value>", "<value><array><data><int>1</int></data></array></value>",
        "<value><array><data>a</data></array></value>", "<value><array>a<data/></array></value>",
        "<value><struct><name>a</name></struct></value>", "<value><struct><member/></struct></value>",
        "<value><struct><member><name>a</name></member></struct></value>",
        "<value><struct><member><value/></member></struct></value>",
        "<value><struct><member><value/><name>a</name></member></struct></value>",
        "<value><struct><member><name>a</name><value/><value/></member></struct></value>",
        "<value><struct>a</struct></value>", "<value><nil><a/></nil></value>", "<value/><value/>", "", "<int>1</int>",
    ])
    func `a value of another shape is -32600`(xml: String) {
        #expect(refusal(ofAnswer: answer(xml)) == -32600)
    }

    @Test(arguments: [
        ("int", ["", "+", "-", "a", "1a", "1 2", "--1", "1.0", "0x1", "1e3", "\u{0661}", "2147483648", "-2147483649"]),
        ("i4", ["2147483648", "99999999999999999999999999999999"]), ("i1", ["128", "-129"]),
        ("i2", ["32768", "-32769"]),
        ("i8", ["9223372036854775808", "-9223372036854775809"]), ("biginteger", ["9223372036854775808", ""]),
        ("boolean", ["", "2", "true", "00", "-1", "0 1"]),
        (
            "double",
            [
                "", ".", "-", "1e", "1e+", "e5", "nan", "NaN", "inf", "-Infinity", "1e309", "0x1p3", "1,5", "1.5.2",
                "1 e5",
            ]
        ),
        ("ex:float", ["nan"]), ("bigdecimal", ["1e400"]),
        ("dateTime.iso8601", ["", "now", "19980230T14:55:33", "1998-07-17", "19980717T14:55:33+02:00"]),
        ("base64", ["A", "QUI", "QUJD!", "QUI==", "QU=D", "=", "äöü"]), ("nil", ["0"]),
    ])
    func `what is no value of its type, or out of its range, is -32602`(type: String, texts: [String]) {
        for text in texts {
            #expect(
                refusal(ofAnswer: answer("<value><\(type)>\(text)</\(type)></value>")) == -32602, "\(type): \(text)")
        }
    }

    @Test(arguments: [
        "<a/>", "<fault/>", "<params/>", "<params><param><value/></param><param><value/></param></params>",
        "<params><param><value/></param></params><fault><value/></fault>", "<fault><value>4</value></fault>",
        "<fault><value><struct/></value></fault>",
        "<fault><value><struct><member><name>faultCode</name><value><int>4</int></value></member></struct></value></fault>",
        """
        <fault><value><struct><member><name>faultCode</name><value>4</value></member>\
        <member><name>faultString</name><value>a</value></member></struct></value></fault>
        """,
        """
        <fault><value><struct><member><name>faultCode</name><value><i8>2147483648</i8></value></member>\
        <member><name>faultString</name><value>a</value></member></struct></value></fault>
        """,
        """
        <fault><value><struct><member><name>faultCode</name><value><int>4</int></value></member>\
        <member><name>faultString</name><value><int>4</int></value></member></struct></value></fault>
        """,
        """
        <fault><value><struct><member><name>faultCode</name><value><int>4</int></value></member>\
        <member><name>faultString</name><value>a</value></member>\
        <member><name>more</name><value>a</value></member></struct></value></fault>
        """,
    ])
    func `an answer of another shape is -32600`(inner: String) {
        #expect(refusal(ofAnswer: Array("<methodResponse>\(inner)</methodResponse>".utf8)) == -32600)
    }

    @Test func `an error says where, and shows nothing that could steer a terminal`() {
        let error = #expect(throws: XMLRPCDocumentError.self) {
            try XMLRPCResponse(
                decoding: answer("\n<value>\n  ä<int>1&#13;\u{9B}\(String(repeating: "x", count: 99))</int></value>"))
        }
        #expect(error?.description == "text beside \"int\", at line 3, column 8")
        let other = #expect(throws: XMLRPCDocumentError.self) {
            try XMLRPCResponse(
                decoding: answer("\n<value><int>1&#13;\u{9B}\(String(repeating: "x", count: 99))</int></value>"))
        }
        let shown = "\"1???\(String(repeating: "x", count: 36))...\""
        #expect(other?.description == "\(shown) is no \"int\", or out of its range, at line 3, column 13")
        #expect(other?.fault.string.utf8.allSatisfy { 0x20..<0x7F ~= $0 } == true)
    }
}
