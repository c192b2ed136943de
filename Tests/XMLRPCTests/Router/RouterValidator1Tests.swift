import Testing
import XMLRPC

struct RouterValidator1Tests {
    private static let router = {
        var router = XMLRPCRouter<Void>()
        router.registerValidator1()
        return router
    }()

    private static func stooges(_ moe: Int64, _ larry: Int64, _ curly: Int64) -> XMLRPCValue {
        .struct(["moe": .int(moe), "larry": .int(larry), "curly": .int(curly)])
    }

    private static let date = XMLRPCDateTime(year: 1998, month: 7, day: 17, hour: 14, minute: 8, second: 55)
    private static let many: [XMLRPCValue] = [
        .int(42), .boolean(true), .string("Texas"), .double(6.25), .dateTime(date!), .base64([0, 255, 10]),
    ]

    @Test(
        arguments: [
            ("arrayOfStructsTest", [.array([stooges(1, 2, 3), stooges(4, 5, -6), stooges(7, 8, 90)])], .int(87)),
            ("arrayOfStructsTest", [.array([])], .int(0)),
            (
                "countTheEntities", [.string("<<a> & 'b' \"c\" &amp; '")],
                .struct([
                    "ctLeftAngleBrackets": .int(2), "ctRightAngleBrackets": .int(1), "ctAmpersands": .int(2),
                    "ctApostrophes": .int(3), "ctQuotes": .int(2),
                ])
            ),
            ("easyStructTest", [stooges(13, 41, -7)], .int(47)),
            ("easyStructTest", [stooges(.init(Int32.max), .init(Int32.max), 1)], .int(2 * Int64(Int32.max) + 1)),
            (
                "echoStructTest", [.struct(["a": stooges(1, 2, 3), "b": .array([.nil])])],
                .struct(["a": stooges(1, 2, 3), "b": .array([.nil])])
            ),
            ("manyTypesTest", many, .array(many)),
            (
                "moderateSizeArrayCheck", [.array((0..<150).map { .string("number \($0) ") })],
                .string("number 0 number 149 ")
            ),
            ("moderateSizeArrayCheck", [.array([.string("ab")])], .string("abab")),
            (
                "nestedStructTest",
                [
                    .struct([
                        "1999": .array([]), "2001": .struct(["04": .struct(["01": stooges(1, 1, 1)])]),
                        "2000": .struct([
                            "03": .struct([:]), "04": .struct(["01": stooges(12, 14, 9), "02": stooges(5, 5, 5)]),
                        ]),
                    ])
                ],
                .int(35)
            ),
            (
                "simpleStructReturnTest", [.int(7)],
                .struct(["times10": .int(70), "times100": .int(700), "times1000": .int(7000)])
            ),
            (
                "simpleStructReturnTest", [.int(.init(Int32.min))],
                .struct([
                    "times10": .int(-21_474_836_480), "times100": .int(-214_748_364_800),
                    "times1000": .int(-2_147_483_648_000),
                ])
            ),
        ] as [(String, [XMLRPCValue], XMLRPCValue)])
    func `each method gives what the validator expects`(
        name: String, parameters: [XMLRPCValue], result: XMLRPCValue
    ) async throws {
        let document = try XMLRPCRequest(methodName: "validator1.\(name)", parameters: parameters).encoded()
        #expect(try XMLRPCResponse(decoding: await Self.router.answer(document)) == .value(result))
    }

    @Test(
        arguments: [
            ("arrayOfStructsTest", [.array([.struct(["moe": .int(1)])])]),
            ("easyStructTest", [.struct(["moe": .int(1), "curly": .int(1)])]),
            ("easyStructTest", [.int(1)]),
            ("moderateSizeArrayCheck", [.array([])]),
            ("nestedStructTest", [.struct(["2000": .struct(["4": .struct([:])])])]),
            ("simpleStructReturnTest", [.int(1 << 31)]),
        ] as [(String, [XMLRPCValue])])
    func `what the validator never sends is a fault`(name: String, parameters: [XMLRPCValue]) async throws {
        let document = try XMLRPCRequest(methodName: "validator1.\(name)", parameters: parameters).encoded()
        #expect(try XMLRPCResponse(decoding: await Self.router.answer(document)).fault?.code == -32602)
    }

    @Test func `each method has a signature that tells its types, and help`() async throws {
        let names = try #require(try await Self.router.ask("system.listMethods").value?.elements)
        let own = names.filter { if case .string(let name) = $0 { name.hasPrefix("validator1.") } else { false } }
        #expect(own.count == 8)
        for name in own {
            #expect(try await Self.router.ask("system.methodSignature", name).value?.elements?.count == 1)
            #expect(try await Self.router.ask("system.methodHelp", name).value != .string(""))
        }
    }
}
