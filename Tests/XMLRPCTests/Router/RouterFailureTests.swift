import Testing
import XMLRPC

struct RouterFailureTests {
    @Test func `a function's fault goes out as it is`() async throws {
        var router = XMLRPCRouter<Void>(onError: { _, _ in Issue.record("a fault is no error for the hook") })
        let fault = XMLRPCFault(code: 4, string: "Too many <parameters> & so on")
        router.register("fail") { () -> Int in throw fault }
        #expect(try await router.ask("fail") == .fault(fault))
    }

    @Test func `a fault whose words XML cannot carry arrives all the same`() async throws {
        var router = XMLRPCRouter<Void>()
        router.register("fail") { () -> Int in throw XMLRPCFault(code: 4, string: "bell \u{7}") }
        #expect(try await router.ask("fail") == .fault(XMLRPCFault(code: 4, string: "bell \u{FFFD}")))
    }

    @Test func `any other error keeps its words from the peer and is handed to the hook`() async throws {
        let diary = Diary()
        var router = XMLRPCRouter<Void>(onError: { name, error in diary.note("\(name): \(error)") })
        router.register("fail") { () -> Int in throw Secret() }
        #expect(try await router.ask("fail") == .fault(.applicationError("fail failed")))
        #expect(diary.all == ["fail: the password is swordfish"])
    }

    @Test func `a cancelled function is an error as any other`() async throws {
        let diary = Diary()
        var router = XMLRPCRouter<Void>(onError: { name, error in diary.note("\(name): \(type(of: error))") })
        router.register("wait") { () -> Int in throw CancellationError() }
        #expect(try await router.ask("wait") == .fault(.applicationError("wait failed")))
        #expect(diary.all == ["wait: CancellationError"])
    }

    @Test(
        arguments: [
            (.string("bell \u{7}"), "XML cannot carry the character U+0007 (at result); send the text as base64"),
            (
                .array([.int(1), .string("\u{FFFE}")]),
                "XML cannot carry the character U+FFFE (at result[1]); send the text as base64"
            ),
            (.struct(["mean": .double(.nan)]), "XML-RPC has no way to write nan (at result.mean)"),
            (.double(-.infinity), "XML-RPC has no way to write -inf (at result)"),
        ] as [(XMLRPCValue, String)])
    func `a result that cannot be written becomes a fault that says which`(result: XMLRPCValue, words: String)
        async throws
    {
        let diary = Diary()
        var router = XMLRPCRouter<Void>(onError: { name, error in diary.note("\(name): \(error)") })
        router.register("give") { result }
        #expect(try await router.ask("give") == .fault(.internalError("the result of give cannot be sent: \(words)")))
        #expect(diary.all == ["give: \(words)"])
    }
}
