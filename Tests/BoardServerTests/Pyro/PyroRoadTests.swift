import BoardServer
import Logging
import MessageBoard
import PyroWire
import RemoteObjects
import Testing

/// The board and the chat as remote objects, with bounds that are soon reached.
struct PyroRoadTests {
    /// Runs the road over a board in memory, and calls its objects.
    private func withRoad(
        _ limits: PyroLimits = PyroLimits(),
        _ body: (_ object: (String) throws -> RemoteProxy, _ board: MemoryBoard) async throws -> Void
    ) async throws {
        var all = ServerLimits()
        all.pyro = limits
        let board = MemoryBoard(now: { Timestamp(microseconds: 1_500_000) })
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let gateway = try await PyroGateway(host: "127.0.0.1", port: 0, board: board, limits: all, logger: logger)
        let system = PyroActorSystem(logger: logger)
        try await withThrowingTaskGroup { group in
            group.addTask { try await gateway.run() }
            defer { group.cancelAll() }
            try await body({ try RemoteProxy("PYRO:\($0)@\(gateway.endpoint)", system) }, board)
        }
    }

    /// The message of the exception that a call ends with, with its class.
    private func failure(_ call: () async throws -> PyroValue) async throws -> String {
        do {
            return "no error: \(try await call())"
        } catch let error as PyroException {
            return "\(error)"
        }
    }

    private func draft(_ text: String, by author: String? = nil) throws -> Draft {
        try Draft(
            board: BoardName("chat")!, author: author, body: Array(text.utf8),
            origin: Origin(address: "192.0.2.1", port: 1, road: .tcp))
    }

    @Test func `the notes' calls have the notes' results`() async throws {
        try await withRoad { object, board in
            let proxy = try object("mboard.board")
            #expect(try await proxy.call("publish", "one") == 1)
            #expect(try await proxy.call("publish", "two", keywords: ["board": "b", "author": "ada"]) == 2)
            #expect(try await proxy.call("last", 0) == [1])
            let message = try await board.message(2)
            #expect(message.origin.road == .pyro && message.origin.address == "127.0.0.1" && message.author == "ada")
            let port = PyroValue.int(Int(message.origin.port))
            #expect(try await proxy.call("get", 2) == [1.5, "127.0.0.1", port, "two"])
        }
    }

    @Test func `lists and bodies over their bounds are refused, with what to do`() async throws {
        var limits = PyroLimits()
        (limits.idsInAnswer, limits.bodyBytes) = (2, 10)
        try await withRoad(limits) { object, _ in
            let proxy = try object("mboard.board")
            for text in ["1", "2", "12345678901"] { try await proxy.call("publish", .string(text)) }
            #expect(try await proxy.call("last", 2) == [2, 3])
            #expect(try await failure { try await proxy.call("last", 0) }.contains("messages_after"))
            #expect(try await failure { try await proxy.call("get", 3) }.contains("--via tcp"))
            #expect(try await failure { try await proxy.call("messages_after", 2) }.contains("--via tcp"))
        }
    }

    @Test func `a stream of records says that it is there when nothing comes`() async throws {
        var limits = PyroLimits()
        limits.silenceSeconds = 0
        try await withRoad(limits) { object, _ in
            var records = try await object("mboard.board").stream("follow_records", 0).makeAsyncIterator()
            #expect(try await records.next() == [])
        }
    }

    @Test func `a stream that is closed ends for who waits for an item`() async throws {
        try await withRoad { object, _ in
            let stream = try await object("mboard.board").stream("follow", 0)
            try await withThrowingTaskGroup { group in
                group.addTask {
                    for try await _ in stream {}
                }
                stream.close()
                await #expect(throws: RemoteObjectError.self) { try await group.next() }
            }
        }
    }

    @Test func `places of the chat stay when its oldest posts are let go of`() async throws {
        var limits = PyroLimits()
        (limits.postsBefore, limits.postsIndexed, limits.postsInAnswer) = (3, 10, 4)
        try await withRoad(limits) { object, board in
            for number in 1...5 { _ = try await board.publish(draft("\(number)", by: "a")) }
            let chat = try object("mboard.chat")
            #expect(try await chat.call("get") == ["From a : 3", "From a : 4", "From a : 5"])
            for number in 6...13 { _ = try await board.publish(draft("\(number)", by: "a")) }
            // Eleven posts: two of them, the one too many and a tenth, go.
            #expect(try await chat.call("get", 0) == ["From a : 5", "From a : 6", "From a : 7", "From a : 8"])
            #expect(try await chat.call("get", 2) == ["From a : 5", "From a : 6", "From a : 7", "From a : 8"])
            #expect(try await chat.call("get", 10) == ["From a : 13"])
            #expect(try await chat.call("get", -1) == ["From a : 13"])
            #expect(try await chat.call("get", 11) == [])
        }
    }

    @Test func `a long post is shown shortened`() async throws {
        var limits = PyroLimits()
        limits.postBytes = 4
        try await withRoad(limits) { object, board in
            _ = try await board.publish(draft("12345"))
            _ = try await board.publish(draft("1234"))
            let posts: PyroValue = ["From Unknown : 1234… (5 bytes: message 1)", "From Unknown : 1234"]
            #expect(try await object("mboard.chat").call("get") == posts)
        }
    }

    @Test func `there are no more users than there may be`() async throws {
        var limits = PyroLimits()
        (limits.users, limits.nameBytes) = (2, 3)
        try await withRoad(limits) { object, _ in
            let chat = try object("mboard.chat")
            for name in ["ada", "bob"] { try await chat.call("register", .string(name)) }
            #expect(try await failure { try await chat.call("register", "eve") }.contains("2 users are here already"))
            #expect(try await failure { try await chat.call("register", "carl") }.contains("1 to 3 bytes"))
            #expect(try await chat.call("get_users") == ["ada", "bob"])
        }
    }

    @Test func `a user that leaves gives its place and its name free, and its streams end`() async throws {
        var limits = PyroLimits()
        limits.users = 1
        try await withRoad(limits) { object, _ in
            let chat = try object("mboard.chat")
            let uri = try #require(try await chat.call("register", "ada").asText)
            let user = try object(String(try #require(uri.dropFirst(5).split(separator: "@").first)))
            let items = try await user.stream("follow_private")
            try await user.call("leave")
            var iterator = items.makeAsyncIterator()
            #expect(try await iterator.next() == nil)
            try await chat.call("register", "ada")
        }
    }

    @Test func `a batch, and one-way calls, reach the board too`() async throws {
        try await withRoad { object, board in
            let proxy = try object("mboard.board")
            let (values, failure) = try await proxy.batch([
                ("publish", ["one"]), ("last", []), ("get", [7]), ("last", []),
            ])
            #expect(values == [1, [1]] && failure?.name == "KeyError")
            try await proxy.send("publish", "two")
            try await board.waitForMessage(after: 1, on: .public)
            #expect(try await proxy.metadata().methods.isSuperset(of: ["publish", "last", "get", "follow"]))
        }
    }
}
