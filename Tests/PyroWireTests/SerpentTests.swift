import PyroWire
import Testing

/// Section 11 of the protocol, and what Python's `ast.literal_eval` takes besides.
struct SerpentTests {
    @Test(
        arguments: [
            ("None", PyroValue.none), ("True", true), ("False", false), ("-12", -12), ("+1", 1), ("- 5", -5),
            ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
            ("9223372036854775808", .bigInt("9223372036854775808")),
            ("1180591620717411303424", .bigInt("1180591620717411303424")),
            ("-1180591620717411303424", .bigInt("-1180591620717411303424")), ("000", 0), ("00_0", 0),
            ("0x1f", 31), ("0XFF", 255), ("0o17", 15), ("0b101", 5), ("0x_1f", 31), ("1_000", 1000), ("-0x1F", -31),
            ("0x8000000000000000", .bigInt("9223372036854775808")), ("-0x8000000000000000", .int(.min)),
            ("0xffffffffffffffffffffffffffffffff", .bigInt("340282366920938463463374607431768211455")),
            ("1.5", 1.5), ("1.", 1.0), (".5", 0.5), ("1e5", 1e5), ("1E-07", 1e-7), ("1e+16", 1e16), ("5e-324", 5e-324),
            ("1_0.0_1e1_0", 10.01e10), ("01.5", 1.5), ("09e1", 90.0), ("1e30000", .float(.infinity)),
            ("-1e30000", .float(-.infinity)),
            ("2j", .complex(0, 2)), ("(1+2j)", .complex(1, 2)), ("1.5-2J", .complex(1.5, -2)),
            ("-1 - 2j", .complex(-1, -2)),
            ("[1+2j,3]", .list([.complex(1, 2), 3])),
            ("1180591620717411303424+0j", .complex(1180591620717411303424, 0)),
        ] as [(String, PyroValue)])
    func `a number is read as Python reads it`(text: String, value: PyroValue) throws {
        #expect(try PyroSerializer.serpent.decode(text) == value)
    }

    @Test(arguments: [
        ("'it'", "it"), ("\"it's\"", "it's"), ("'\\''", "'"), ("''", ""), ("''''''", ""), ("u'a'", "a"),
        ("U\"a\"", "a"),
        ("'a' 'b'", "ab"), ("('a'\n\"b\" # c\n '''d''')", "abd"), ("'''a\n'b''c'''", "a\n'b''c"),
        ("'''a\r\nb\rc'''", "a\nb\nc"),
        ("'\\\\\\n\\r\\t\\a\\b\\f\\v'", "\\\n\r\t\u{7}\u{8}\u{C}\u{B}"), ("'\\x41\\u00e4\\U0001F388'", "Aä🎈"),
        ("'\\0\\12\\101\\1011'", "\0\nAA1"), ("'\\777'", "\u{1FF}"), ("'a\\\nb'", "ab"), ("'a\\\r\nb'", "ab"),
        ("'\\q\\ä'", "\\q\\ä"), ("r'\\n\\''", "\\n\\'"), ("'\t'", "\t"), ("'ä漢🎈'", "ä漢🎈"),
        ("'\u{85}\u{2028}'", "\u{85}\u{2028}"),
        ("'abcdefgh\\nijklmnopqrstuvwx'", "abcdefgh\nijklmnopqrstuvwx"),
    ])
    func `a text is read as Python reads it`(literal: String, text: String) throws {
        #expect(try PyroSerializer.serpent.decode(literal) == .string(text))
    }

    @Test(
        arguments: [
            ("b'\\x00\\xff'", [0, 255]), ("b''", []), ("B\"a\" b'b'", [97, 98]), ("br'\\x'", [92, 120]),
            ("Rb'a'", [97]),
            ("b'\\400\\u0041'", [0] + Array("\\u0041".utf8)), ("b'''a\nb'''", [97, 10, 98]),
        ] as [(String, [UInt8])])
    func `bytes are read as Python reads them`(literal: String, bytes: [UInt8]) throws {
        #expect(try PyroSerializer.serpent.decode(literal) == .bytes(bytes))
    }

    @Test(
        arguments: [
            ("()", .tuple([])), ("(1,)", .tuple([1])), ("(1)", 1), ("((1))", 1), ("(1,2)", .tuple([1, 2])),
            ("1,2", .tuple([1, 2])),
            ("1,", .tuple([1])), ("(1,2),", .tuple([.tuple([1, 2])])), ("[]", []), ("[1,]", [1]),
            ("{1,2}", .set([1, 2])), ("{1}", .set([1])),
            ("set()", .set([])), ("set ( )", .set([])), ("{}", [:]), ("{'a':1,'b':(2,)}", ["a": 1, "b": .tuple([2])]),
            ("{1:2,}", [1: 2]), ("{(1,2):None}", .dict([PyroEntry(key: .tuple([1, 2]), value: .none)])),
            ("# serpent utf-8 python3.2\n[\n  1, # one\n\n  2\n]\n# end", [1, 2]), ("  \t[1]", [1]),
            ("[1\\\n,2]", [1, 2]),
            ("[\r\n1\r\n]\r\n\u{C}", [1]), ("{'a':1,'a':2}", ["a": 1, "a": 2]),
            (
                "{'__class__':'Pyro5.server.Daemon','state':()}",
                ["__class__": "Pyro5.server.Daemon", "state": .tuple([])]
            ),
            ("{'__class__':'complex','real':1.5,'imag':2.0}", .complex(1.5, 2)),
        ] as [(String, PyroValue)])
    func `a container is read as Python reads it`(literal: String, value: PyroValue) throws {
        #expect(try PyroSerializer.serpent.decode(literal) == value)
    }

    @Test func `not a number comes as a dict and goes as one`() throws {
        let text = "{'__class__':'float','value':'nan'}"
        guard case .float(let number) = try PyroSerializer.serpent.decode(text) else {
            Issue.record("no float")
            return
        }
        #expect(number.isNaN)
        #expect(try literal(.float(.nan)) == text)
    }

    @Test(arguments: [
        "", " ", "# only a comment", "(", "[", "{", ")", "]", "}", "(]", "[)", "{]", "[1", "[1,", "(,)", "[,]", "[1,,]",
        "{,}",
        "{1:}", "{:1}", "{1:2:3}", "{1:2,3}", "{1,2:3}", "{1:2,3,}", "1 2", "[1 2]", "1:2", "[1:2]", "(1:2)", "1)",
        "1]",
        "'", "'a", "'a\"", "'a\nb'", "'''a''", "'\\", "'\\x4'", "'\\u004'", "'\\U0000004'", "'\\U00110000'", "b'ä'",
        "b'\\xä'",
        "'a' b'a'", "b'a' 'a'", "ub'a'", "bu'a'", "uu'a'", "bb'a'", "f'a'", "u 'a'", "ur'a'",
        "nan", "inf", "none", "true", "null", "Nonesuch", "set", "set(", "set(1)", "set([])", "dict()",
        "__import__('os')", "...",
        "--1", "+-1", "-", "+", "-'a'", "1+2", "1+", "1j+2j", "1+-2j", "1++2j", "1j+", "-None", "'a'+'b'", "1*2",
        "2**2",
        "01", "0x", "0xg", "0b2", "0o8", "1__0", "1_", "_1", "0_x1", "1_.5", "1._5", "1e", "1e+", "1e_5", "1.2.3", ".",
        "1x", "1ee5",
        "0x1p3", "1jj", "{[1]:2}", "{{}:2}", "{[1]}", "{({},)}", "{set()}", "{(1,[2])}", "1;2", "@", "`1`", "lambda: 1",
        "\\", "[1\\ ,2]",
        "\u{FEFF}1", "'\0'", "#\0\n1", "1\0",
    ])
    func `what is no literal is refused`(text: String) {
        #expect(PyroSerializer.serpent.refusal(Array(text.utf8))?.reason == .malformed, "\(text)")
    }

    @Test(arguments: ["'\\ud800'", "'\\udfff'", "'\\ud83d\\ude00'", "'\\U0000d800'", "'\\N{DASH}'"])
    func `half a character and a character by its name are told apart from mistakes`(text: String) {
        #expect(PyroSerializer.serpent.refusal(Array(text.utf8))?.reason == .unsupported)
    }

    @Test(arguments: [[0x27, 0xFF, 0x27], [0x27, 0xC3, 0x27], [0x27, 0xED, 0xA0, 0x80, 0x27]] as [[UInt8]])
    func `a text that is not UTF-8 is refused`(document: [UInt8]) {
        #expect(PyroSerializer.serpent.refusal(document)?.message == "a text that is not UTF-8")
    }

    @Test(
        arguments: [
            (.none, "None"), (true, "True"), (false, "False"), (0, "0"), (-12, "-12"),
            (.int(.min), "-9223372036854775808"),
            (.bigInt("-1180591620717411303424"), "-1180591620717411303424"), (1.5, "1.5"), (-0.0, "-0.0"),
            (5e-324, "5e-324"),
            (1e-7, "1e-07"), (.float(.infinity), "1e30000"), (.float(-.infinity), "-1e30000"),
            (.complex(1, 2), "(1.0+2.0j)"),
            (.complex(1, -2), "(1.0-2.0j)"), ("it's", "\"it's\""), ("it's \"it\"", "'it\\'s \"it\"'"), ("\"", "'\"'"),
            ("a\\\n\r\t\0\u{1F}", "'a\\\\\\n\\r\\t\\x00\\x1f'"), ("ä🎈", "'ä🎈'"),
            (.bytes([0, 255, 39, 92, 97]), "b'\\x00\\xff\\'\\\\a'"),
            (.tuple([]), "()"), (.tuple([1]), "(1,)"), (.tuple([1, 2]), "(1,2)"), ([], "[]"), ([1, 2], "[1,2]"),
            (.set([]), "()"),
            (.set([1, 2]), "{1,2}"), ([:], "{}"), (["a": 1, "b": .tuple([2])], "{'a':1,'b':(2,)}"),
        ] as [(PyroValue, String)])
    func `a value is written in the narrow form`(value: PyroValue, text: String) throws {
        #expect(try literal(value) == text)
        #expect(value.description == text)
    }

    @Test(
        arguments: [
            .set([[]]), .set([.tuple([[:]])]), .dict([PyroEntry(key: [1], value: 1)]), .set([.float(.nan)]),
            .complex(.nan, 0),
            .bigInt("12a"), .bigInt(""), .bigInt("-"), .bigInt("007"), .bigInt(String(repeating: "1", count: 4301)),
        ] as [PyroValue])
    func `what Python could not read is not written`(value: PyroValue) {
        #expect(throws: PyroDataError.self) { try PyroSerializer.serpent.encode(value) }
    }
}
