import BoardClient
import BoardWire
import MessageBoard
import Testing
import XMLRPC
import XMLRPCClient

/// The board's messages as the values of XML-RPC, and its faults as a client's errors.
struct XMLRPCValuesTests {
    private static let whole: [String: XMLRPCValue] = [
        "id": .int(1 << 40), "board": .string("news"), "time": .double(1_763_805_000.123456),
        "origin": .string("[::1]:43210"), "ip": .string("::1"), "port": .int(43_210), "road": .string("xmlrpc"),
        "author": .string("Ada"), "attributes": .struct(["title": .string("x")]), "msg": .base64([0, 255]),
    ]

    @Test func `a message is read with everything`() throws {
        let message = try Message(.struct(Self.whole))
        #expect(
            message
                == Message(
                    id: 1 << 40, board: try #require(BoardName("news")),
                    time: Timestamp(microseconds: 1_763_805_000_123_456),
                    origin: Origin(address: "::1", port: 43_210, road: Road("xmlrpc")), author: "Ada",
                    attributes: try Attributes(["title": "x"]), body: [0, 255]))
    }

    @Test(arguments: [nil, XMLRPCValue.nil, .string("")])
    func `a message may have no author`(author: XMLRPCValue?) throws {
        var members = Self.whole
        members["author"] = author
        let message = try Message(.struct(members))
        #expect(message.author == nil)
    }

    @Test(arguments: [
        ("id", XMLRPCValue.int(0)), ("id", .string("1")), ("board", .string("no such")), ("time", .string("now")),
        ("time", .double(1e300)), ("ip", .int(1)), ("port", .int(65_536)), ("port", .int(-1)), ("road", .nil),
        ("author", .int(1)), ("author", .base64([0xFF])),
        ("attributes", .array([])), ("attributes", .struct(["a": .int(1)])), ("attributes", .struct(["": .string("")])),
        ("msg", .int(1)),
    ])
    func `a message with a member that is none of its kind is refused`(name: String, value: XMLRPCValue) {
        var members = Self.whole
        members[name] = value
        #expect(throws: AnswerError.self) { try Message(.struct(members)) }
    }

    @Test func `an author and attributes that XML cannot carry come as base64`() throws {
        var members = Self.whole
        members["author"] = .base64(Array("a\u{1}".utf8))
        members["attributes"] = .struct(["title": .base64(Array("\u{2}".utf8))])
        let message = try Message(.struct(members))
        #expect(message.author == "a\u{1}")
        #expect(message.attributes.values == ["title": "\u{2}"])
    }

    @Test(arguments: ["id", "board", "time", "ip", "port", "road", "msg"])
    func `a message without a member that it needs is refused`(name: String) {
        var members = Self.whole
        members[name] = nil
        #expect(throws: AnswerError.self) { try Message(.struct(members)) }
    }

    @Test func `a publisher's options hold what there is`() throws {
        let bare = PublishRequest(body: [1])
        #expect(bare.options == .struct([:]))
        let full = PublishRequest(
            author: "Ada", requestID: [1, 255], attributes: try Attributes(["title": "x"]), body: [1])
        #expect(
            full.options
                == .struct([
                    "author": .string("Ada"), "request_id": .base64([1, 255]),
                    "attributes": .struct(["title": .string("x")]),
                ]))
    }

    @Test(arguments: [
        (Int32(2), AnswerCode.messageNotFound), (6, .tooBig), (8, .refused), (9, .serverFailed), (5, .serverFailed),
        (10, .serverFailed), (-32601, .unknownControl), (-32602, .badFormat), (-32500, .serverFailed),
    ])
    func `a fault's number is the answer's code`(number: Int32, code: AnswerCode) {
        let fault = XMLRPCClientError.fault(XMLRPCFault(code: number, string: "why"))
        let error = fault.forBoard(at: Endpoint(host: "h", port: 1), timeout: .seconds(1)) as? ClientError
        guard case .answer(.refused(code, reason: "why")) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        (413, AnswerCode.tooBig), (403, .refused), (421, .refused), (429, .refused), (503, .serverFailed),
    ])
    func `a status with which a board refuses is a no`(status: Int, code: AnswerCode) {
        let error =
            XMLRPCClientError.sentButUnknown(.status(status))
            .forBoard(at: Endpoint(host: "h", port: 1), timeout: .seconds(1)) as? ClientError
        guard case .answer(.refused(code, _)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
