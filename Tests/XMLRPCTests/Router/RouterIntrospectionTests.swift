import Testing
import XMLRPC

struct RouterIntrospectionTests {
    private func router() -> XMLRPCRouter<Void> {
        var router = XMLRPCRouter<Void>()
        router.register("zebra") { true }
        router.register("add", help: "The sum of two numbers.") { (a: Int, b: Int) in a + b }
        router.register("publish") { (text: String) in Int64(text.utf8.count) }
        router.register("publish") { (text: String, source: String?) in Int64(text.utf8.count) }
        router.register("types") {
            (a: Bool, b: Double, c: XMLRPCDateTime, d: XMLRPCBytes, e: [Int], f: [String: Int], g: Int64, h: Int32) in
            ["": a]
        }
        router.register("echo") { (value: XMLRPCValue) in value }
        router.register("give") { XMLRPCValue.nil }
        router.register("half") { (number: Double) in number / 2 }
        router.register("half") { (value: XMLRPCValue) in 0.5 }
        return router
    }

    private let own = [
        "system.getCapabilities", "system.listMethods", "system.methodExist", "system.methodHelp",
        "system.methodSignature",
        "system.multicall",
    ]

    @Test func `listMethods gives every name once, sorted`() async throws {
        let names = ["add", "echo", "give", "half", "publish"] + own + ["types", "zebra"]
        #expect(try await router().ask("system.listMethods") == .value(names.xmlrpcValue))
        #expect(try await XMLRPCRouter<Void>().ask("system.listMethods") == .value(own.xmlrpcValue))
    }

    @Test(arguments: [
        ("zebra", [["boolean"]]),
        ("add", [["int", "int", "int"]]),
        ("publish", [["i8", "string"], ["i8", "string", "string"]]),
        ("types", [["struct", "boolean", "double", "dateTime.iso8601", "base64", "array", "struct", "i8", "int"]]),
        ("system.listMethods", [["array"]]),
        ("system.methodSignature", [["array", "string"]]),
        ("system.methodHelp", [["string", "string"]]),
        ("system.methodExist", [["boolean", "string"]]),
        ("system.getCapabilities", [["struct"]]),
        ("system.multicall", [["array", "array"]]),
    ])
    func `methodSignature gives the types of the Swift functions, the result first`(
        name: String, signatures: [[String]]
    ) async throws {
        #expect(try await router().ask("system.methodSignature", .string(name)) == .value(signatures.xmlrpcValue))
    }

    @Test(arguments: ["nosuch", "no such", "", "echo", "give", "half", "system.shutdown"])
    func `methodSignature says undef of what is unknown or has a type that is not told`(name: String) async throws {
        #expect(try await router().ask("system.methodSignature", .string(name)) == .value(.string("undef")))
    }

    @Test func `methodHelp gives the words of registering, or none`() async throws {
        #expect(
            try await router().ask("system.methodHelp", .string("add")) == .value(.string("The sum of two numbers.")))
        #expect(try await router().ask("system.methodHelp", .string("zebra")) == .value(.string("")))
        for name in own {
            let help = try await router().ask("system.methodHelp", .string(name))
            #expect(help.value != .string("") && help.value != nil, "\(name)")
        }
        #expect(try await router().ask("system.methodHelp", .string("nosuch")) == .fault(.methodNotFound("nosuch")))
    }

    @Test func `methodExist tells what can be called`() async throws {
        for name in ["add"] + own {
            #expect(try await router().ask("system.methodExist", .string(name)) == .value(.boolean(true)))
        }
        for name in ["nosuch", "", "ADD", "system.shutdown"] {
            #expect(try await router().ask("system.methodExist", .string(name)) == .value(.boolean(false)))
        }
    }

    @Test func `getCapabilities tells the specifications`() async throws {
        func specification(_ url: String, _ version: Int64) -> XMLRPCValue {
            .struct(["specUrl": .string(url), "specVersion": .int(version)])
        }
        let capabilities: XMLRPCValue = .struct([
            "introspect": specification("https://xmlrpc-c.sourceforge.io/introspection.html", 1),
            "faults_interop": specification("http://xmlrpc-epi.sourceforge.net/specs/rfc.fault_codes.php", 20_010_516),
            "xmlrpc": specification("http://www.xmlrpc.com/spec", 1),
            "nil": specification("http://ontosys.com/xml-rpc/extensions.php", 1),
            "system.multicall": specification("http://www.xmlrpc.com/discuss/msgReader$1208", 1),
        ])
        #expect(try await router().ask("system.getCapabilities") == .value(capabilities))
    }

    @Test(
        arguments: [
            ("system.listMethods", [.string("add")]), ("system.methodSignature", []), ("system.methodHelp", [.int(1)]),
            ("system.methodExist", [.string("a"), .string("b")]), ("system.getCapabilities", [.nil]),
            ("system.multicall", [.struct([:])]), ("system.multicall", []),
        ] as [(String, [XMLRPCValue])])
    func `the router's own methods refuse wrong parameters`(name: String, parameters: [XMLRPCValue]) async {
        do {
            _ = try await router().call(name, parameters)
            Issue.record("\(name) took \(parameters)")
        } catch {
            #expect(error.code == -32602)
            #expect(error.string.hasPrefix("invalid parameters: \(name) takes ("))
        }
    }
}
