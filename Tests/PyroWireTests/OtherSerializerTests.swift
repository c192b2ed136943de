import PyroWire
import Testing

/// json, msgpack and what is read of marshal.
struct OtherSerializerTests {
    @Test(
        arguments: [
            ("null", PyroValue.none), ("true", true), (" [1, -2.5e3,\t\"a\"]\r\n", [1, -2500.0, "a"]), ("NaNo", nil),
            ("Infinity", .float(.infinity)),
            ("-Infinity", .float(-.infinity)), ("1e400", .float(.infinity)), ("-0", 0), ("-0.0", -0.0),
            ("123456789012345678901234567890", .bigInt("123456789012345678901234567890")), ("{}", [:]), ("[]", []),
            ("[[],{}]", [[], [:]]),
            ("{\"a\":{\"b\":[]},\"c\":1}", ["a": ["b": []], "c": 1]),
            ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83c\\udf88\"", "\"\\/\u{8}\u{C}\n\r\tä🎈"),
            ("\"äöü\"", "äöü"), ("", nil), ("[", nil), ("[1,]", nil), ("{\"a\":1,}", nil), ("{a:1}", nil),
            ("{1:1}", nil), ("[1 2]", nil), ("01", nil),
            ("1.", nil), (".5", nil), ("1e", nil), ("+1", nil), ("-", nil), ("'a'", nil), ("\"a", nil),
            ("\"\\x\"", nil), ("\"\\u12\"", nil), ("\"\n\"", nil),
            ("[}", nil), ("{]", nil), ("{\"a\"}", nil), ("{\"a\",1}", nil), ("{\"a\":}", nil), ("1 1", nil), (",", nil),
            ("nul", nil), ("-NaN", nil), ("]", nil),
            ("\u{FEFF}1", nil), ("{\"a\":1]", nil), ("[1}", nil), ("1,2", nil),
        ] as [(String, PyroValue?)])
    func `JSON is read as Python reads it`(text: String, value: PyroValue?) throws {
        if let value {
            #expect(try PyroSerializer.json.decode(text) == value)
        } else {
            #expect(PyroSerializer.json.refusal(Array(text.utf8))?.reason == .malformed)
        }
    }

    @Test(arguments: ["\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\\ud800\"", "\"\\ud800a\""])
    func `half a character in JSON is refused as one`(text: String) {
        #expect(PyroSerializer.json.refusal(Array(text.utf8))?.reason == .unsupported)
    }

    @Test(
        arguments: [
            (.none, "null"), ([true, false], "[true,false]"), (.tuple([1, .set([2])]), "[1,[2]]"),
            (.float(.nan), "NaN"),
            (.float(-.infinity), "-Infinity"), ("a\"\\\n\u{1}ä", "\"a\\\"\\\\\\n\\u0001ä\""),
            (.bigInt("-99999999999999999999"), "-99999999999999999999"),
            (.bytes([0, 255]), "{\"data\":\"AP8=\",\"encoding\":\"base64\"}"),
            (
                .dict([PyroEntry(key: 1, value: 2), PyroEntry(key: .none, value: true), PyroEntry(key: 1.5, value: [])]
                ), "{\"1\":2,\"null\":true,\"1.5\":[]}"
            ),
            (.complex(1, 2), nil), (.dict([PyroEntry(key: .tuple([]), value: 2)]), nil),
        ] as [(PyroValue, String?)])
    func `JSON is written as Python reads it`(value: PyroValue, text: String?) throws {
        if let text {
            #expect(String(decoding: try PyroSerializer.json.encode(value), as: UTF8.self) == text)
        } else {
            #expect(throws: PyroDataError.self) { try PyroSerializer.json.encode(value) }
        }
    }

    @Test(
        arguments: [
            ("c0", .none), ("c2", false), ("c3", true), ("00", 0), ("7f", 127), ("ff", -1), ("e0", -32), ("cc80", 128),
            ("cdffff", 65535),
            ("ceffffffff", 4_294_967_295), ("cf7fffffffffffffff", .int(.max)), ("d080", -128), ("d18000", -32768),
            ("d280000000", -2_147_483_648),
            ("d38000000000000000", .int(.min)), ("cb3ff8000000000000", 1.5), ("a0", ""), ("a3616263", "abc"),
            ("c403000102", .bytes([0, 1, 2])),
            ("90", []), ("93010203", [1, 2, 3]), ("80", [:]), ("82a16101a16290", ["a": 1, "b": []]), ("91c0", [.none]),
            ("d830 000000000000f03f 0000000000000040", .complex(1, 2)),
            ("c71631 31313830353931363230373137343131333033343234", .bigInt("1180591620717411303424")),
        ] as [(String, PyroValue)])
    func `msgpack is read, and written in its shortest form`(bytes: String, value: PyroValue) throws {
        #expect(try PyroSerializer.msgpack.decode(hex(bytes)) == value)
        #expect(try PyroSerializer.msgpack.encode(value) == hex(bytes))
    }

    @Test(
        arguments: [
            ("ca3fc00000", 1.5), ("cfffffffffffffffff", .bigInt("18446744073709551615")), ("d90161", "a"),
            ("da000161", "a"), ("db0000000161", "a"),
            ("c50001ff", .bytes([255])), ("c600000001ff", .bytes([255])), ("dc000101", [1]), ("dd0000000101", [1]),
            ("de00010102", [1: 2]),
            ("df000000010102", [1: 2]), ("d73200000000000000 00", "1970-01-01T00:00:00+00:00"),
            ("d732 9a9999999999f9bf", "1969-12-31T23:59:58.400000+00:00"),
            ("d733 0100000000000000", "0001-01-01"), ("d733 dbb93700 00000000", "9999-12-31"),
            ("d733 4746 0b00 00000000", "2024-01-02"), ("d431 35", 5),
            ("c7023135 36", 56),
        ] as [(String, PyroValue)])
    func `msgpack is read in its other forms`(bytes: String, value: PyroValue) throws {
        #expect(try PyroSerializer.msgpack.decode(hex(bytes)) == value)
    }

    @Test(arguments: [
        "", "c1", "91", "a161ff", "a2ff", "cc", "cb00", "c402ff", "ddffffffff", "dfffffffff01", "81c001", "8190c0",
        "c0c0", "a1ff", "c7013161", "d4312d",
        "9301", "8101", "dbffffffff61",
    ])
    func `what is no msgpack is refused`(bytes: String) {
        let isKey = bytes == "81c001"  // None can be a key
        #expect((PyroSerializer.msgpack.refusal(hex(bytes)) == nil) == isKey)
    }

    @Test(arguments: [
        "d4ff00", "d43000", "d73300000000000000 00", "d733ffffffffffffffff", "d732000000000000f07f",
        "d73200000000000 0f8ff", "c70032", "c70031",
    ])
    func `an extension that Pyro5 does not have is refused as one`(bytes: String) {
        #expect(PyroSerializer.msgpack.refusal(hex(bytes))?.reason == .unsupported)
    }

    @Test(
        arguments: [.dict([PyroEntry(key: 1, value: 2)]), .dict([PyroEntry(key: .tuple([]), value: 2)])] as [PyroValue])
    func `msgpack takes texts and bytes as keys only`(value: PyroValue) {
        #expect(throws: PyroDataError.self) { try PyroSerializer.msgpack.encode(value) }
    }

    @Test(arguments: [
        ("fa0e", "unknown object"), ("da0e", "unknown object"), ("7a0e", "unknown object"), ("5a0e", "unknown object"),
        ("610e000000", "unknown object"),
        ("e10e000000", "unknown object"), ("750e000000", "unknown object"), ("f40e000000", "unknown object"),
    ])
    func `a refusal in marshal is read`(head: String, text: String) throws {
        #expect(try PyroSerializer.marshal.decode(hex(head) + Array(text.utf8)) == .string(text))
    }

    @Test(arguments: ["", "7a", "7a05", "7a0161 62", "4e", "69 01000000", "7a01ff", "75ffffffff61", "5b00000000"])
    func `anything else in marshal is refused`(bytes: String) {
        #expect(PyroSerializer.marshal.refusal(hex(bytes)) != nil)
    }

    @Test(arguments: [
        "", "unknown object", "ä", String(repeating: "a", count: 255), String(repeating: "a", count: 256),
    ])
    func `a refusal in marshal comes back`(text: String) throws {
        #expect(try PyroSerializer.marshal.decode(try PyroSerializer.marshal.encode(.string(text))) == .string(text))
        #expect(throws: PyroDataError.self) { try PyroSerializer.marshal.encode(1) }
    }
}
