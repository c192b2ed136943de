import BoardWire
import MessageBoard
import Testing
import SeededRandom

/// The answers of protocols.md, section 1, byte by byte.
struct AnswerTests {
    private let message = Message(
        id: 17, board: .public, time: Timestamp(microseconds: 1_763_805_000_123_456),
        origin: Origin(address: "127.0.0.1", port: 43_210, road: .udp), author: "Ada", body: Array("Hello: world!".utf8)
    )

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `an outcome is its code, and a reason only where the table allows one`() {
        #expect(text(BoardAnswer.outcome(.ok)) == "0")
        #expect(text(BoardAnswer.outcome(.messageNotFound, reason: "no such thing")) == "2")
        #expect(text(BoardAnswer.outcome(.serverFailed, reason: "disk full")) == "9:disk full")
        #expect(text(BoardAnswer.outcome(.refused)) == "8")
    }

    @Test func `a message is answered as time, address, port and text`() {
        #expect(text(BoardAnswer.text(message)) == "0:1763805000.123456:127.0.0.1:43210:Hello: world!")
    }

    @Test(arguments: [
        ("2001:db8::1", "2001-db8--1.ipv6-literal.net"), ("::1", "--1.ipv6-literal.net"),
        ("fe80::1%eth0", "fe80--1seth0.ipv6-literal.net"),
    ])
    func `an IPv6 address brings no colons into an answer`(address: String, written: String) {
        var message = message
        message.origin.address = address
        #expect(text(BoardAnswer.text(message)) == "0:1763805000.123456:\(written):43210:Hello: world!")
    }

    @Test func `lists are joined by colons`() {
        var ids = BoardAnswer.outcome(.ok)
        for id: MessageID in [1, 22, 333] { BoardAnswer.append(id, to: &ids) }
        #expect(text(ids) == "0:1:22:333")
        var texts = BoardAnswer.outcome(.ok)
        BoardAnswer.appendText(message, to: &texts)
        #expect(text(texts) == "0:1763805000.123456 127.0.0.1 43210 Hello: world!")
    }

    @Test func `a record has eight fields in base64, and the road as a ninth when asked for`() {
        let fields = "MTc=,MTc2MzgwNTAwMC4xMjM0NTY=,MTI3LjAuMC4x,NDMyMTA=,cHVibGlj,QWRh,,SGVsbG86IHdvcmxkIQ=="
        #expect(text(BoardAnswer.record(message, withRoad: false)) == "0:" + fields)
        #expect(text(BoardAnswer.record(message, withRoad: true)) == "0:" + fields + ",dWRw")
    }

    @Test(arguments: 0..<100)
    func `an answer of records is read back, however it is cut into pieces`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let messages = (0..<Int.random(in: 0...5, using: &random)).map { _ in random.message() }
        var records = BoardAnswer.Records(withRoad: true)
        var answer = BoardAnswer.Records.opening
        for message in messages { records.append(message, to: &answer) }
        var reader = AnswerReader()
        var read: [Message] = []
        while !answer.isEmpty {
            let piece = Array(answer.prefix(Int.random(in: 1...40, using: &random)))
            answer.removeFirst(piece.count)
            read += try reader.take(piece)
        }
        if let last = try reader.finish() { read.append(last) }
        #expect(read == messages, "seed \(seed)")
    }

    @Test(arguments: [
        ("", AnswerError.unreadable("an empty answer")), ("x", .unreadable("its first byte")),
        ("0x", .unreadable("its second byte")),
        ("2", .refused(.messageNotFound, reason: "")), ("9:disk full", .refused(.serverFailed, reason: "disk full")),
        ("0:x", .unreadable("a record of 1 fields instead of 8 or 9")), ("0:,,,,,,,", .unreadable("the id")),
    ])
    func `an answer that cannot be used says why`(answer: String, error: AnswerError) {
        #expect(throws: error) {
            var reader = AnswerReader()
            _ = try reader.take(Array(answer.utf8))
            _ = try reader.finish()
        }
    }

    @Test func `the answer to a publish is its number or the server's no`() throws {
        #expect(try BoardAnswer.publishedID(BoardAnswer.published(42)) == 42)
        #expect(throws: AnswerError.refused(.serverFailed, reason: "full")) {
            try BoardAnswer.publishedID(Array("9:full".utf8))
        }
        #expect(throws: AnswerError.unreadable("the id")) { try BoardAnswer.publishedID(Array("0".utf8)) }
    }

    @Test func `every error of a board has a code`() {
        let errors: [(BoardError, AnswerCode)] = [
            (.messageNotFound(1), .messageNotFound), (.messageDamaged(1, reason: ""), .serverFailed),
            (.tooBig("", bytes: 2, limit: 1), .tooBig), (.full(reason: ""), .serverFailed),
            (.overloaded(reason: ""), .serverFailed), (.unavailable(reason: ""), .serverFailed),
            (.cancelled, .serverFailed),
        ]
        for (error, code) in errors { #expect(AnswerCode(error) == code) }
    }
}
