import Testing
import XMLRPC

struct ValueTests {
    @Test(arguments: [
        ("19980717T14:55:33", "19980717T14:55:33"), ("1998-07-17T14:55:33", "19980717T14:55:33"),
        ("19980717T14:55:33Z", "19980717T14:55:33Z"), ("1998-07-17T14:55:33Z", "19980717T14:55:33Z"),
        ("20000229T00:00:00", "20000229T00:00:00"), ("00000101T00:00:00", "00000101T00:00:00"),
        ("99991231T23:59:60", "99991231T23:59:60"),
    ])
    func `both forms of a date are read, and written in the old one`(text: String, written: String) {
        #expect(XMLRPCDateTime(text)?.description == written)
    }

    @Test(arguments: [
        "", "19980717", "19980717T14:55", "19980717T145533", "1998-0717T14:55:33", "199807-17T14:55:33",
        "19980717 14:55:33",
        "19980717T14:55:33z", "19980717T14:55:33+01:00", "19980717T14:55:33.5", "19980717T14:55:33ZZ",
        " 19980717T14:55:33",
        "19981317T14:55:33", "19980017T14:55:33", "19980700T14:55:33", "19980732T14:55:33", "19990229T14:55:33",
        "19000229T14:55:33", "19980431T14:55:33", "19980717T24:00:00", "19980717T14:60:33", "19980717T14:55:61",
        "+9980717T14:55:33", "１9980717T14:55:33",
    ])
    func `what is no date of either form is refused`(text: String) {
        #expect(XMLRPCDateTime(text) == nil)
    }

    @Test func `a date is eight bytes, and a value not much more`() {
        #expect(MemoryLayout<XMLRPCDateTime>.size == 8)
        #expect(MemoryLayout<XMLRPCValue>.stride <= 24)
    }

    @Test func `Swift's types come back from their values`() throws {
        try expectReturn(of: 7)
        try expectReturn(of: Int32.min)
        try expectReturn(of: Int64.max)
        try expectReturn(of: true)
        try expectReturn(of: "text")
        try expectReturn(of: 1.5)
        try expectReturn(of: try #require(XMLRPCDateTime("19980717T14:55:33")))
        try expectReturn(of: XMLRPCBytes([0, 255]))
        try expectReturn(of: [1, 2])
        try expectReturn(of: ["a": ["b": 1.5]])
        try expectReturn(of: [Int?.none, 1])
        try expectReturn(of: [XMLRPCValue.nil, .boolean(true)])
    }

    private func expectReturn<T: XMLRPCConvertible & Equatable>(of value: T) throws {
        #expect(try T(xmlrpcValue: value.xmlrpcValue) == value)
    }

    @Test func `a type has the name that signatures show`() {
        let names: [(any XMLRPCConvertible.Type, String)] = [
            (Int.self, "int"), (Int32.self, "int"), (Int64.self, "i8"), (Bool.self, "boolean"), (String.self, "string"),
            (Double.self, "double"), (XMLRPCDateTime.self, "dateTime.iso8601"), (XMLRPCBytes.self, "base64"),
            ([Int].self, "array"), ([String: Int].self, "struct"), (Bool?.self, "boolean"), (XMLRPCValue.self, "undef"),
        ]
        for (type, name) in names { #expect(type.xmlrpcType.rawValue == name) }
    }

    @Test(
        arguments: [
            (.int(5), .int), (.int(1 << 31), .i8), (.int(-1 << 31), .int), (.boolean(true), .boolean),
            (.string(""), .string),
            (.double(0), .double), (.base64([]), .base64), (.array([]), .array), (.struct([:]), .struct), (.nil, .nil),
        ] as [(XMLRPCValue, XMLRPCType)])
    func `a value has the name of its type`(value: XMLRPCValue, type: XMLRPCType) {
        #expect(value.type == type)
    }

    @Test func `a double takes a whole number, and nothing else takes another type`() throws {
        #expect(try Double(xmlrpcValue: .int(3)) == 3)
        expectMismatch(Int.self, .double(3))
        expectMismatch(Int64.self, .string("3"))
        expectMismatch(Int32.self, .int(1 << 31))
        expectMismatch(Bool.self, .int(1))
        expectMismatch(String.self, .base64([]))
        expectMismatch(Double.self, .string("3"))
        expectMismatch(XMLRPCDateTime.self, .string("19980717T14:55:33"))
        expectMismatch(XMLRPCBytes.self, .string(""))
        expectMismatch([Int].self, .struct([:]))
        expectMismatch([Int].self, .array([.int(1), .nil]))
        expectMismatch([String: Int].self, .array([]))
        expectMismatch([String: Int].self, .struct(["a": .string("b")]))
        expectMismatch(Int?.self, .string(""))
    }

    private func expectMismatch<T: XMLRPCConvertible>(_ type: T.Type, _ value: XMLRPCValue) {
        let fault = #expect(throws: XMLRPCFault.self) { try T(xmlrpcValue: value) }
        #expect(fault?.code == -32602, "\(type) of \(value)")
    }

    @Test func `a mismatch within a container says where`() throws {
        let fault = #expect(throws: XMLRPCFault.self) {
            try [[String: Int]](xmlrpcValue: .array([.struct([:]), .struct(["n": .string("x")])]))
        }
        #expect(fault?.string == "invalid parameters: expected int, got string, in member \"n\", in element 1")
    }

    @Test func `the interoperable faults have their numbers`() {
        let faults: [(XMLRPCFault, Int32)] = [
            (.notWellFormed(""), -32700), (.unsupportedEncoding(""), -32701), (.invalidCharacter(""), -32702),
            (.invalidRequest(""), -32600), (.methodNotFound(""), -32601), (.invalidParameters(""), -32602),
            (.internalError(""), -32603), (.applicationError(""), -32500), (.systemError(""), -32400),
            (.transportError(""), -32300),
        ]
        for (fault, code) in faults { #expect(fault.code == code) }
    }
}
