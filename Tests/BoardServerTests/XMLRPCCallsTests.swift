import BoardServer
import Logging
import MessageBoard
import Testing
import XMLRPC

/// The board by XML-RPC, from document to document.
struct XMLRPCCallsTests {
    private let board: MemoryBoard
    private let calls: XMLRPCCalls
    private static let origin = Origin(address: "192.0.2.1", port: 4_000, road: .http)

    init() {
        self.init(limits: HTTPLimits())
    }

    private init(limits: HTTPLimits, board: MemoryBoard = MemoryBoard(now: { Timestamp(microseconds: 1_500_000) })) {
        self.board = board
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        calls = XMLRPCCalls(board: board, limits: limits, logger: logger)
    }

    private func call(_ method: String, _ parameters: XMLRPCValue...) async throws -> XMLRPCValue {
        let document = try XMLRPCRequest(methodName: method, parameters: parameters).encoded()
        switch try XMLRPCResponse(decoding: await calls.answer(document, from: Self.origin)) {
        case .value(let value): return value
        case .fault(let fault): throw fault
        }
    }

    /// The code of the fault that a call ends with.
    private func fault(_ method: String, _ parameters: XMLRPCValue...) async throws -> Int32? {
        let document = try XMLRPCRequest(methodName: method, parameters: parameters).encoded()
        guard case .fault(let fault) = try XMLRPCResponse(decoding: await calls.answer(document, from: Self.origin))
        else { return nil }
        return fault.code
    }

    @Test func `the notes' calls have the notes' results`() async throws {
        #expect(try await call("publish", .string("one")) == .int(1))
        #expect(try await call("publish", .string("two"), .array([.string(" "), .int(-1)])) == .int(2))
        #expect(try await call("last", .int(0)) == .array([.int(1), .int(2)]))
        #expect(try await call("last", .int(1)) == .array([.int(2)]))
        #expect(
            try await call("get", .int(2))
                == .array([.double(1.5), .string("192.0.2.1"), .int(4_000), .string("two")]))
    }

    @Test func `a source is kept as a claim, and the origin is where the call came from`() async throws {
        _ = try await call("publish", .string("x"), .array([.string("203.0.113.9"), .int(99)]))
        let message = try await board.message(1)
        #expect(message.origin == Origin(address: "192.0.2.1", port: 4_000, road: .xmlrpc))
        #expect(message.attributes.values == ["claimed-source": "203.0.113.9:99"])
        guard case .struct(let members) = try await call("message", .int(1)) else {
            Issue.record("no struct")
            return
        }
        #expect(members["ip"] == .string("192.0.2.1"))
        #expect(members["attributes"] == .struct(["claimed-source": .string("203.0.113.9:99")]))
    }

    @Test func `a publish with everything is read back with everything, and its repeat publishes nothing`() async throws
    {
        let options: [String: XMLRPCValue] = [
            "author": .string("Ada"), "request_id": .base64([1, 2]), "attributes": .struct(["title": .string("t")]),
        ]
        for _ in 0..<2 {
            #expect(try await call("publish_to", .string("notes"), .base64([0, 255]), .struct(options)) == .int(1))
        }
        guard case .array(let messages) = try await call("messages_after", .string("notes"), .int(0)),
            case .struct(let message)? = messages.first
        else {
            Issue.record("no messages")
            return
        }
        #expect(messages.count == 1)
        #expect(message["msg"] == .base64([0, 255]) && message["author"] == .string("Ada"))
        #expect(message["attributes"] == .struct(["title": .string("t")]) && message["road"] == .string("xmlrpc"))
        #expect(try await call("boards") == .struct(["notes": .int(1)]))
        #expect(
            try await call("range", .string("notes"), .int(1)) == .struct(["after": .int(0), "through": .int(1)]))
    }

    @Test(arguments: ["\u{0}", "a\u{1B}[2J", "\u{FFFE}"])
    func `a text that XML cannot carry comes back as base64`(text: String) async throws {
        _ = try await call("publish", .base64(Array(text.utf8)))
        guard case .array(let parts) = try await call("get", .int(1)) else {
            Issue.record("no array")
            return
        }
        #expect(parts.last == .base64(Array(text.utf8)))
    }

    @Test func `what is over a bound of the board's is fault 6, what is not there fault 2`() async throws {
        #expect(try await fault("get", .int(1)) == 2)
        #expect(try await fault("message", .int(-1)) == 2)
        let author = String(repeating: "a", count: Draft.maximumAuthorBytes + 1)
        #expect(try await fault("publish_to", .string("b"), .string("x"), .struct(["author": .string(author)])) == 6)
        #expect(board.newestIDs().isEmpty)
    }

    @Test func `parameters that cannot be are refused`() async throws {
        #expect(try await fault("publish") == -32602)
        #expect(try await fault("publish", .int(1)) == -32602)
        #expect(try await fault("publish", .string("x"), .array([.int(1)])) == -32602)
        #expect(try await fault("publish_to", .string("no name!"), .string("x"), .struct([:])) == -32602)
        #expect(try await fault("publish_to", .string("b"), .string("x"), .struct(["autor": .string("x")])) == -32602)
        #expect(try await fault("messages_after", .string("b"), .int(0), .int(257)) == -32602)
        #expect(try await fault("messages_after", .string("b"), .int(0), .int(0)) == -32602)
        #expect(try await fault("messages_after", .string("b"), .int(0), .int(1), .int(31)) == -32602)
        #expect(try await fault("range", .string(""), .int(0)) == -32602)
        #expect(board.newestIDs().isEmpty)
    }

    @Test func `a list of numbers is given up to its limit and refused beyond`() async throws {
        var limits = HTTPLimits()
        limits.idsInAnswer = 3
        let few = Self(limits: limits)
        for _ in 0..<3 { _ = try await few.call("publish", .string("x")) }
        #expect(try await few.call("last") == .array([.int(1), .int(2), .int(3)]))
        _ = try await few.call("publish", .string("x"))
        #expect(try await few.fault("last", .int(0)) == 6)
        #expect(try await few.call("last", .int(3)) == .array([.int(2), .int(3), .int(4)]))
    }

    @Test func `messages come in pages, by number and by size`() async throws {
        var limits = HTTPLimits()
        limits.messagesInAnswer = 3
        limits.messageBytesInAnswer = 10
        let paged = Self(limits: limits)
        for text in ["1", "2", "3", "4", String(repeating: "x", count: 20), "6"] {
            _ = try await paged.call("publish", .string(text))
        }
        func count(after id: Int64) async throws -> Int? {
            guard case .array(let page) = try await paged.call("messages_after", .string("*"), .int(id)) else {
                return nil
            }
            return page.count
        }
        #expect(try await count(after: 0) == 3)
        #expect(try await count(after: 4) == 1)
        #expect(try await count(after: 6) == 0)
    }

    @Test func `a call waits for news, and has them when they come`() async throws {
        async let news = call("messages_after", .string("late"), .int(0), .int(10), .int(30))
        // Whether it is there before the call or comes while it waits: both are the news.
        _ = try await call("publish_to", .string("late"), .string("here"), .struct([:]))
        guard case .array(let messages) = try await news else {
            Issue.record("no array")
            return
        }
        #expect(messages.count == 1)
    }

    @Test(.timeLimit(.minutes(1))) func `the calls of one document wait no longer than one may`() async throws {
        var limits = HTTPLimits()
        limits.waitSeconds = 1
        let brief = Self(limits: limits)
        let wait: XMLRPCValue = .struct([
            "methodName": .string("messages_after"),
            "params": .array([.string("b"), .int(0), .int(10), .int(1)]),
        ])
        // With a second of its own for each, the test would be over its time.
        _ = try await brief.call("system.multicall", .array(Array(repeating: wait, count: 300)))
    }

    @Test func `a number below all messages is one before the first`() async throws {
        _ = try await call("publish", .string("x"))
        guard case .array(let messages) = try await call("messages_after", .string("public"), .int(-5)) else {
            Issue.record("no array")
            return
        }
        #expect(messages.count == 1)
    }

    @Test func `as many calls wait as the limit, and one more is refused`() async throws {
        var limits = HTTPLimits()
        limits.waitingCalls = 0
        let none = Self(limits: limits)
        #expect(try await none.fault("messages_after", .string("b"), .int(0), .int(10), .int(1)) == 9)
    }
}
