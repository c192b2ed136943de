import Testing
import XMLRPC

struct RouterMulticallTests {
    private func router(
        _ diary: Diary = Diary(), change: (inout XMLRPCMulticallLimits) -> Void = { _ in }
    ) -> XMLRPCRouter<Void> {
        var limits = XMLRPCMulticallLimits()
        change(&limits)
        var router = XMLRPCRouter<Void>(multicall: limits, onError: { name, error in diary.note("\(name): \(error)") })
        router.register("add") { (a: Int, b: Int) in
            diary.note("add \(a) \(b)")
            return a + b
        }
        router.register("fail") { () -> Int in throw XMLRPCFault(code: 4, string: "bell \u{7}") }
        router.register("leak") { () -> Int in throw Secret() }
        router.register("give") { XMLRPCValue.array([.string("fine"), .string("bell \u{7}")]) }
        router.register("text") { (length: Int) in
            diary.note("text \(length)")
            return String(repeating: "x", count: length)
        }
        router.register("shout") { (length: Int) -> Int in
            diary.note("shout \(length)")
            throw XMLRPCFault(code: 1, string: String(repeating: "x", count: length))
        }
        router.register("cancel") {
            withUnsafeCurrentTask { $0?.cancel() }
            return true
        }
        return router
    }

    private func entry(_ name: String, _ parameters: XMLRPCValue...) -> XMLRPCValue {
        .struct(["methodName": .string(name), "params": .array(parameters)])
    }

    @Test func `calls run in order, each with its result alone in an array`() async throws {
        let diary = Diary()
        let answer = try await router(diary).ask(
            "system.multicall", .array([entry("add", .int(1), .int(2)), entry("add", .int(3), .int(4))]))
        #expect(answer == .value(.array([.array([.int(3)]), .array([.int(7)])])))
        #expect(diary.all == ["add 1 2", "add 3 4"])
    }

    @Test func `an empty multicall has an empty answer`() async throws {
        #expect(try await router().ask("system.multicall", .array([])) == .value(.array([])))
    }

    @Test func `a call that fails has its fault in its own place and the others go on`() async throws {
        let diary = Diary()
        let answer = try await router(diary).ask(
            "system.multicall",
            .array([
                entry("nosuch"), entry("add", .int(1)), entry("fail"), entry("leak"), entry("give"), entry("no such"),
                entry("system.multicall", .array([])), entry("system.methodExist", .string("add")),
                entry("add", .int(1), .int(1)),
            ]))
        let places = try #require(answer.value?.elements)
        #expect(places.map(\.faultCode) == [-32601, -32602, 4, -32500, -32603, -32600, -32600, nil, nil])
        #expect(places[0].faultString == "method not found: nosuch")
        #expect(places[1].faultString == "invalid parameters: add takes (int, int), not (int)")
        #expect(places[2].faultString == "bell \u{FFFD}")
        #expect(places[3].faultString == "application error: leak failed")
        #expect(places[4].faultString?.contains("U+0007 (at result[1])") == true)
        #expect(places[6].faultString == "invalid XML-RPC: system.multicall within system.multicall")
        #expect(places[7...] == [.array([.boolean(true)]), .array([.int(2)])])
        #expect(diary.all.first == "leak: the password is swordfish")
        #expect(diary.all.last == "add 1 1")
    }

    @Test(
        arguments: [
            .string("add"), .nil, .array([]), .struct([:]), .struct(["methodName": .string("add")]),
            .struct(["params": .array([])]), .struct(["methodName": .int(1), "params": .array([])]),
            .struct(["methodName": .string("add"), "params": .struct([:])]),
        ] as [XMLRPCValue])
    func `what is no call has a fault in its own place`(entry: XMLRPCValue) async throws {
        let answer = try await router().ask(
            "system.multicall", .array([entry, self.entry("add", .int(1), .int(1))]))
        let places = try #require(answer.value?.elements)
        #expect(places.map(\.faultCode) == [-32600, nil])
    }

    @Test func `more calls than the limit are refused altogether`() async throws {
        let diary = Diary()
        let router = router(diary) { $0.calls = 3 }
        let call = entry("add", .int(1), .int(1))
        let most = try await router.ask("system.multicall", .array(Array(repeating: call, count: 3)))
        #expect(most.value?.elements?.count == 3)
        let answer = try await router.ask("system.multicall", .array(Array(repeating: call, count: 4)))
        #expect(
            answer == .fault(.invalidParameters("system.multicall takes at most 3 calls (multicall.calls), not 4")))
        #expect(diary.all.count == 3)
        #expect(XMLRPCMulticallLimits().calls == 1_000)
    }

    @Test func `a result that no longer fits is a fault, and no call is made after it`() async throws {
        let diary = Diary()
        // A result's bytes are counted as those of the document that it would be alone.
        let alone = try XMLRPCResponse.value(.string(String(repeating: "x", count: 500))).encoded().count
        let router = router(diary) { $0.answerBytes = 2 * alone }
        let full = try await router.ask(
            "system.multicall", .array([entry("text", .int(500)), entry("text", .int(500)), entry("text", .int(1))]))
        let places = try #require(full.value?.elements)
        #expect(places.map(\.faultCode) == [nil, nil, -32400])
        #expect(places[2].faultString?.contains("not called") == true)
        #expect(places[2].faultString?.contains("\(2 * alone) bytes (multicall.answerBytes)") == true)
        #expect(diary.all == ["text 500", "text 500"])

        let past = try await router.ask(
            "system.multicall", .array([entry("text", .int(500)), entry("text", .int(501)), entry("text", .int(1))]))
        let codes = past.value?.elements?.map(\.faultCode)
        #expect(codes == [nil, -32603, -32400])
        #expect(past.value?.elements?[1].faultString?.contains("the call was made") == true)
        #expect(diary.all == ["text 500", "text 500", "text 500", "text 501"])
    }

    @Test func `the words of faults count as bytes of the answer too`() async throws {
        let diary = Diary()
        let router = router(diary) { $0.answerBytes = 1_000 }
        let answer = try await router.ask(
            "system.multicall", .array([entry("shout", .int(600)), entry("shout", .int(600)), entry("shout", .int(1))]))
        let places = try #require(answer.value?.elements)
        #expect(places.map(\.faultCode) == [1, -32603, -32400])
        #expect(diary.all == ["shout 600", "shout 600"])
        #expect(places[1].faultString?.contains("xx") == false)
    }

    @Test func `a name that no document can carry does not spoil the answers of the others`() async throws {
        let calls: [XMLRPCValue] = [entry("bell\u{7}"), entry("add", .int(1), .int(1))]
        let places = try await router { $0.answerBytes = 200 }.call("system.multicall", [.array(calls)]).elements
        #expect(places?.map(\.faultCode) == [-32600, nil])
        let answer = try await router { $0.answerBytes = 10 }.call("system.multicall", [.array(calls)])
        #expect(answer.elements?.map(\.faultCode) == [-32603, -32400])
        #expect(throws: Never.self) { try XMLRPCResponse.value(answer).encoded() }
    }

    @Test func `calls after a cancellation are not made`() async throws {
        let diary = Diary()
        let router = router(diary)
        let calls: XMLRPCValue = .array([
            entry("add", .int(1), .int(1)), entry("cancel"), entry("add", .int(2), .int(2)),
        ])
        // A child task, so that it is not the test that is cancelled.
        let answer = try await withThrowingTaskGroup(of: XMLRPCResponse.self) { group in
            group.addTask { try await router.ask("system.multicall", calls) }
            return try #require(try await group.next())
        }
        let places = try #require(answer.value?.elements)
        #expect(places.map(\.faultCode) == [nil, nil, -32400])
        #expect(places[2].faultString == "system error: not called: the multicall was cancelled")
        #expect(diary.all == ["add 1 1"])
    }

    @Test func `the context of a multicall is that of its calls`() async throws {
        var router = XMLRPCRouter<Int>()
        router.register("context") { (number: Int) in number }
        let answer = try await router.ask("system.multicall", .array([entry("context"), entry("context")]), in: 7)
        #expect(answer == .value(.array([.array([.int(7)]), .array([.int(7)])])))
    }
}
