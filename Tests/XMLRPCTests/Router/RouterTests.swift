import Testing
import XMLRPC

struct RouterTests {
    private func calculator() -> XMLRPCRouter<Void> {
        var router = XMLRPCRouter<Void>()
        router.register("add", help: "The sum.") { (a: Int, b: Int) in a + b }
        router.register("length") { (text: String) in text.utf8.count }
        router.register("mean") { (numbers: [Double]) in numbers.reduce(0, +) / Double(numbers.count) }
        router.register("now") { "noon" }
        router.register("half") { (number: Int32) in Double(number) / 2 }
        return router
    }

    @Test func `a document goes in and a document comes out`() async {
        let document = """
            <?xml version="1.0"?>
            <methodCall><methodName>add</methodName><params><param><value><i4>40</i4></value></param>
            <param><value><int>2</int></value></param></params></methodCall>
            """
        let answer = """
            <?xml version="1.0"?>
            <methodResponse><params><param><value><int>42</int></value></param></params></methodResponse>
            """
        #expect(String(decoding: await calculator().answer(Array(document.utf8)), as: UTF8.self) == answer)
    }

    @Test func `functions of none, one and two parameters are called, and results of any type come back`() async throws
    {
        let router = calculator()
        #expect(try await router.ask("now") == .value(.string("noon")))
        #expect(try await router.ask("length", .string("Grüße")) == .value(.int(7)))
        #expect(try await router.ask("mean", .array([.double(1), .int(2)])) == .value(.double(1.5)))
        #expect(try await router.call("add", [.int(1), .int(2)]) == .int(3))
    }

    @Test func `a function is handed the context of its call`() async throws {
        var router = XMLRPCRouter<String>()
        router.register("whoami") { (peer: String) in peer }
        router.register("greet") { (peer: String, word: String) in "\(word), \(peer)" }
        #expect(try await router.ask("whoami", in: "10.0.0.7") == .value(.string("10.0.0.7")))
        #expect(try await router.ask("greet", .string("hello"), in: "10.0.0.7") == .value(.string("hello, 10.0.0.7")))
        #expect(try await router.ask("greet", in: "10.0.0.7").fault?.code == -32602)
    }

    @Test(
        arguments: [
            ("add", [.int(1)], "add takes (int, int), not (int)"),
            ("add", [], "add takes (int, int), not ()"),
            ("now", [.nil], "now takes (), not (nil)"),
            (
                "add", [.int(1), .string("2")],
                "add takes (int, int), not (int, string); parameter 2: expected int, got string"
            ),
            ("half", [.int(1 << 40)], "half takes (int), not (i8); parameter 1: 1099511627776 does not fit 32 bits"),
            (
                "mean", [.array([.int(1), .boolean(true)])],
                "mean takes (array), not (array); parameter 1: expected double, got boolean, in element 1"
            ),
        ] as [(String, [XMLRPCValue], String)])
    func `wrong parameters are told with what was expected and what came`(
        name: String, parameters: [XMLRPCValue], words: String
    ) async throws {
        let document = try XMLRPCRequest(methodName: name, parameters: parameters).encoded()
        let answer = try XMLRPCResponse(decoding: await calculator().answer(document))
        #expect(answer == .fault(.invalidParameters(words)))
        await #expect(throws: XMLRPCFault.invalidParameters(words)) { try await calculator().call(name, parameters) }
    }

    @Test func `words about many parameters stay short`() async throws {
        let document = try XMLRPCRequest(methodName: "add", parameters: Array(repeating: .nil, count: 5_000)).encoded()
        let fault = try XMLRPCResponse(decoding: await calculator().answer(document)).fault
        #expect(fault?.code == -32602)
        #expect(fault?.string.contains("and 4984 more") == true)
        #expect((fault?.string.utf8.count ?? .max) < 300)
    }

    @Test func `words about names that a peer chose stay short`() async throws {
        var router = XMLRPCRouter<Void>()
        router.register("sum") { (numbers: [String: Int]) in numbers.count }
        let name = String(repeating: "\u{20AC}", count: 10_000)
        let fault = try await router.ask("sum", .struct([name: .nil])).fault
        #expect(fault?.string.contains("expected int, got nil, in member \"\u{20AC}") == true)
        #expect((fault?.string.utf8.count ?? .max) < 400)
    }

    @Test func `of several signatures the first whose parameters fit is called`() async throws {
        var router = XMLRPCRouter<Void>()
        router.register("publish", help: "Publishes.") { (text: String) in "text" }
        router.register("publish", help: "Publishes.") { (bytes: XMLRPCBytes) in "bytes" }
        router.register("publish", help: "With a source.") { (text: String, source: String) in "text and source" }
        router.register("publish") { (numbers: [Int]) in "numbers" }
        router.register("publish") { (texts: [String]) in "texts" }
        router.register("publish") { (any: XMLRPCValue) in "any" }
        #expect(try await router.ask("publish", .string("a")) == .value(.string("text")))
        #expect(try await router.ask("publish", .base64([1])) == .value(.string("bytes")))
        #expect(try await router.ask("publish", .string("a"), .string("b")) == .value(.string("text and source")))
        #expect(try await router.ask("publish", .array([.int(1)])) == .value(.string("numbers")))
        #expect(try await router.ask("publish", .array([.string("1")])) == .value(.string("texts")))
        #expect(try await router.ask("publish", .nil) == .value(.string("any")))
        #expect(
            try await router.ask("system.methodHelp", .string("publish"))
                == .value(.string("Publishes.\nWith a source.")))
        let refusal = try await router.ask("publish", .int(1), .int(2)).fault
        #expect(
            refusal
                == .invalidParameters(
                    "publish takes (string) or (base64) or (string, string) or (array) or (array) or (undef), "
                        + "not (int, int); parameter 1: expected string, got int"))
    }

    @Test func `a function's own -32602 does not make the next signature be called`() async throws {
        var router = XMLRPCRouter<Void>()
        router.register("get") { (id: Int) -> Int in throw XMLRPCFault.invalidParameters("no message \(id)") }
        router.register("get") { (id: Double) in id }
        #expect(try await router.ask("get", .int(7)) == .fault(.invalidParameters("no message 7")))
    }

    @Test func `an unknown method is told by its name`() async throws {
        #expect(try await calculator().ask("nosuch") == .fault(.methodNotFound("nosuch")))
        #expect(try await calculator().ask("system.shutdown", .string("")).fault?.code == -32601)
    }

    @Test func `a long name of no method is told in part`() async throws {
        var limits = XMLRPCLimits()
        limits.methodNameBytes = 2_000
        let router = XMLRPCRouter<Void>(limits: limits)
        let hundred = String(repeating: "n", count: 100)
        #expect(try await router.ask(hundred) == .fault(.methodNotFound(hundred)))
        #expect(try await router.ask(hundred + "n") == .fault(.methodNotFound(hundred + "...")))
        #expect(try await router.ask(String(repeating: hundred, count: 10)) == .fault(.methodNotFound(hundred + "...")))
    }

    @Test(arguments: ["", "no such", "größe", "a-b", "a\u{1}"])
    func `a name that no method can have is refused as -32600`(name: String) async {
        do {
            _ = try await calculator().call(name, [])
            Issue.record("\(name) was called")
        } catch {
            #expect(error.code == -32600)
            #expect(!error.string.contains("\u{1}"))
        }
        let document = "<methodCall><methodName>\(name)</methodName><params/></methodCall>"
        let answer = try? XMLRPCResponse(decoding: await calculator().answer(Array(document.utf8)))
        #expect(answer?.fault?.code == (name == "a\u{1}" ? -32700 : -32600))
    }

    @Test func `a document that cannot be read is answered with its fault`() async throws {
        let router = calculator()
        for (document, code) in [("", -32700), ("<a", -32700), ("<a/>", -32600)] as [(String, Int32)] {
            let answer = try XMLRPCResponse(decoding: await router.answer(Array(document.utf8)))
            #expect(answer.fault?.code == code, "\(document)")
        }
    }

    @Test func `the limits of documents are the ones given`() async throws {
        var limits = XMLRPCLimits()
        let document = try XMLRPCRequest(methodName: "length", parameters: [.string("hello")]).encoded()
        limits.documentBytes = document.count
        var router = XMLRPCRouter<Void>(limits: limits)
        router.register("length") { (text: String) in text.utf8.count }
        #expect(try XMLRPCResponse(decoding: await router.answer(document)) == .value(.int(5)))
        let longer = try XMLRPCResponse(decoding: await router.answer(document + [0x0A]))
        #expect(longer.fault?.code == -32600)
        #expect(longer.fault?.string.contains("documentBytes") == true)
    }

    @Test(arguments: ["a", "a.b_c:d/E0", "a.system."])
    func `names of every allowed character are registered and called`(name: String) async throws {
        var router = XMLRPCRouter<Void>()
        router.register(name) { true }
        #expect(try await router.ask(name) == .value(.boolean(true)))
    }

    @Test func `a name that begins with system. cannot be taken`() async {
        await #expect(processExitsWith: .failure) {
            var router = XMLRPCRouter<Void>()
            router.register("system.shutdown") { true }
        }
    }

    @Test func `a name that no peer can call cannot be registered`() async {
        await #expect(processExitsWith: .failure) {
            var router = XMLRPCRouter<Void>()
            router.register("no such") { true }
        }
    }
}
