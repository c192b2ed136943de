import BoardWire
import MessageBoard
import Testing
import SeededRandom

/// The requests of protocols.md, section 1, byte by byte.
struct RequestTests {
    private static func publish(
        _ body: String, board: BoardName = .public, author: String? = nil, requestID: String? = nil,
        attributes: [String: String] = [:]
    ) -> BoardRequest {
        .publishFull(
            PublishRequest(
                board: board, author: author, requestID: requestID.map { Array($0.utf8) },
                attributes: (try? Attributes(attributes)) ?? .none, body: Array(body.utf8)))
    }

    @Test(arguments: [
        ("1:Hello world!", BoardRequest.publish(body: Array("Hello world!".utf8))),
        ("1:", .publish(body: [])),
        ("1::a:b", .publish(body: Array(":a:b".utf8))),
        ("2:10", .lastIDs(count: 10)),
        ("2:0", .lastIDs(count: nil)),
        ("2:-3", .lastIDs(count: nil)),
        ("2:+7", .lastIDs(count: 7)),
        ("2: 10\n", .lastIDs(count: 10)),
        ("2:99999999999999999999999", .lastIDs(count: Int(Int64.max))),
        ("3:4325204352", .get(4_325_204_352)),
        ("3:-5", .get(-5)),
        ("3:7\r\n", .get(7)),
        ("3:7:record", .getRecord(7, withRoad: false)),
        ("3:7:record:road", .getRecord(7, withRoad: true)),
        ("4:2", .lastTexts(count: 2)),
        ("6:5", .lastRecords(count: 5, board: .public, withRoad: false)),
        ("6:0:notes", .lastRecords(count: nil, board: BoardName("notes")!, withRoad: false)),
        ("6:1:notes\n", .lastRecords(count: 1, board: BoardName("notes")!, withRoad: false)),
        ("6:1:", .lastRecords(count: 1, board: .public, withRoad: false)),
        ("6:1:notes:road", .lastRecords(count: 1, board: BoardName("notes")!, withRoad: true)),
        ("7:::::text", publish("text")),
        (
            "7:bm90ZXM=:QWRh:cjE=:eyJ0aXRsZSI6IngifQ==:a:b",
            publish(
                "a:b", board: BoardName("notes")!, author: "Ada", requestID: "r1", attributes: ["title": "x"])
        ),
    ])
    func `a request is read`(pdu: String, request: BoardRequest) throws {
        #expect(try BoardRequest(decoding: Array(pdu.utf8)) == request)
    }

    @Test(arguments: [
        ("", RequestError.badFormat), ("1", .badFormat), (":", .badFormat), ("12:x", .badFormat), ("hello", .badFormat),
        ("a?0", .badFormat), ("\u{80}:x", .badFormat),
        ("2:", .badFormat), ("2:x", .badFormat), ("2:1x", .badFormat), ("2:1 2", .badFormat), ("2:-", .badFormat),
        ("2:0x10", .badFormat), ("2:1.5", .badFormat), ("3:", .badFormat), ("3:x", .badFormat), ("3:1:", .badFormat),
        ("3:1:x", .badFormat), ("3:1:record:x", .badFormat), ("3:1:record:road:", .badFormat), ("4:", .badFormat),
        ("6:", .badFormat), ("6:1:a b", .badFormat), ("6:1:a:b", .badFormat),
        ("6:1:\(String(repeating: "x", count: 65))", .badFormat),
        ("7:", .badFormat), ("7:::", .badFormat), ("7:::x", .badFormat), ("7:*::::x", .badFormat),
        ("7:YQ:::: x", .badFormat),
        ("7:IA==::::x", .badFormat), ("7::/w==:::x", .badFormat), ("7::::W10=:x", .badFormat),
        ("7::::eyJhIjoxfQ==:x", .badFormat),
        ("0:", .unknownControl), ("5:", .unknownControl), ("8:", .unknownControl), ("9:x", .unknownControl),
        ("a:", .unknownControl), (" :1", .unknownControl), ("\0:", .unknownControl),
    ])
    func `a malformed request has its answer`(pdu: String, error: RequestError) {
        #expect(throws: error) { try BoardRequest(decoding: Array(pdu.utf8)) }
    }

    @Test func `bytes that are no ASCII in the header are a bad format`() {
        #expect(throws: RequestError.badFormat) { try BoardRequest(decoding: [0xFF, 0x3A, 0x31]) }
    }

    @Test func `fields over their bounds are too big`() {
        func request(author: Int = 0, id: Int = 0, attribute: Int = 0) -> BoardRequest {
            .publishFull(
                PublishRequest(
                    author: String(repeating: "a", count: author), requestID: [UInt8](repeating: 1, count: id), body: []
                ))
        }
        for big in [request(author: Draft.maximumAuthorBytes + 1), request(id: Draft.maximumRequestIDBytes + 1)] {
            #expect(throws: RequestError.tooBig) { try BoardRequest(decoding: big.encoded()) }
        }
        let noColon = Array("7:".utf8) + [UInt8](repeating: UInt8(ascii: "A"), count: WireLimits.publishHeader)
        #expect(throws: RequestError.tooBig) { try BoardRequest(decoding: noColon) }
    }

    @Test(arguments: 0..<200)
    func `what is encoded is decoded again`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let request = random.request()
        #expect(try BoardRequest(decoding: request.encoded()) == request, "seed \(seed)")
    }

    @Test(arguments: 0..<200)
    func `any bytes are a request or have an answer`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let bytes = random.bytes(upTo: 64, from: Array("1234567:?=AZaz+/ \n\u{0}".utf8))
            do throws(RequestError) {
                let request = try BoardRequest(decoding: bytes)
                #expect((try? BoardRequest(decoding: request.encoded())) == request, "seed \(seed): \(bytes)")
            } catch {
                #expect([AnswerCode.badFormat, .unknownControl, .tooBig].contains(error.code))
            }
        }
    }
}
