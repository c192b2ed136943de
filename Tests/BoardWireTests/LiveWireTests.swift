import BoardWire
import MessageBoard
import Testing
import SeededRandom

/// The messages of protocols.md, section 3, byte by byte.
struct LiveWireTests {
    private static let requests: [(String, LiveRequest)] = [
        ("1:aGVsbG8=", .publish(body: Array("hello".utf8))), ("1:", .publish(body: [])), ("2:", .fetch),
        ("3:17", .resume(after: 17)), ("3:0", .resume(after: 0)), ("3:-5", .resumeAtLast(count: 5)),
        ("3:-0", .resumeAtLast(count: 0)), ("4:bm90ZXM=", .boards(BoardPattern("notes")!)),
        ("4:bmV3cy4q", .boards(BoardPattern("news.*")!)), ("5:0", .delivery(.notify)), ("5:1", .delivery(.push)),
        ("5:2", .delivery(.pushRecords)), ("6:7:aGVsbG8=", .publishNamed(7, body: Array("hello".utf8))),
        ("6:7:aGk=:YWRh:AQI=", .publishNamed(7, body: Array("hi".utf8), author: "ada", requestID: [1, 2])),
        ("6:7:aGk=::AQI=", .publishNamed(7, body: Array("hi".utf8), requestID: [1, 2])), ("b:", .listBoards),
    ]

    @Test(arguments: requests)
    func `each request is read and written as the table says`(text: String, request: LiveRequest) throws {
        #expect(try LiveRequest(decoding: Array(text.utf8)[...]) == request)
        #expect(String(decoding: request.encoded(), as: UTF8.self) == text + ";")
    }

    @Test(arguments: [
        ("1:aGVs\nbG8=\n", LiveRequest.publish(body: Array("hello".utf8))),
        ("1:aGVs\r\nbG8=", .publish(body: Array("hello".utf8))), ("2:\n", .fetch), ("3: 9 ", .resume(after: 9)),
        ("5:1\n", .delivery(.push)), ("6: 8 :YQ==", .publishNamed(8, body: [0x61])),
        ("3:99999999999999999999", .resume(after: .max)),
    ])
    func `what old encoders wrap and send is read too`(text: String, request: LiveRequest) throws {
        #expect(try LiveRequest(decoding: Array(text.utf8)[...]) == request)
    }

    @Test(arguments: [
        ("", RequestError.badFormat), ("1", .badFormat), ("1:*", .badFormat), ("1:YQ=", .badFormat),
        ("1:YQ==YQ==", .badFormat), ("1:====", .badFormat), ("1:Y", .badFormat), ("2:x", .badFormat),
        ("3:", .badFormat), ("3:x", .badFormat), ("4:", .badFormat), ("4:YS9i", .badFormat), ("5:3", .badFormat),
        ("5:", .badFormat), ("5:-1", .badFormat), ("6:7", .badFormat), ("6::YQ==", .badFormat),
        ("6:-1:YQ==", .badFormat), ("6:7:YQ==:YQ==", .badFormat), ("6:7:YQ==:YQ==:YQ==:YQ==", .badFormat),
        ("6:7:YQ==:/w==:", .badFormat), ("6:99999999999999999999:YQ==", .badFormat), ("b:x", .badFormat),
        ("7:", .unknownControl), ("9:", .unknownControl), ("A:", .unknownControl), ("\u{0}:", .unknownControl),
    ])
    func `what is no request is unreadable or unknown`(text: String, error: RequestError) {
        #expect(throws: error) { try LiveRequest(decoding: Array(text.utf8)[...]) }
    }

    @Test(arguments: 0..<200)
    func `requests survive their way through the wire, cut into any pieces`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let requests = (0..<Int.random(in: 0...8, using: &random)).map { _ in random.liveRequest() }
        var framing = LiveFraming(limit: 1_000)
        var stream = requests.flatMap { $0.encoded() + random.bytes(upTo: 2, from: Array(" \r\n".utf8)) }
        var read: [LiveRequest] = []
        while !stream.isEmpty {
            let piece = Array(stream.prefix(Int.random(in: 1...60, using: &random)))
            stream.removeFirst(piece.count)
            framing.append(piece)
            while let message = try framing.next() { read.append(try LiveRequest(decoding: message)) }
        }
        #expect(read == requests, "seed \(seed)")
        #expect(framing.held == 0, "seed \(seed)")
    }

    // MARK: Answers

    private static let time = Timestamp(microseconds: 1_763_805_000_123_456)

    private static let answers: [(String, LiveAnswer)] = [
        ("0:", .done), ("2:", .unreadable), ("4:", .unknownControl), ("7:", .news), ("8:3:17", .published(3, 17)),
        ("1:", .texts([])), ("9:", .records([])), ("b:", .boards([:])),
        ("b:YQ==,3:cHVibGlj,17", .boards([BoardName("a")!: 3, .public: 17])),
        ("f::ZGlzayBmdWxs", .failed(nil, reason: "disk full")), ("f:9:bm8=", .failed(9, reason: "no")),
        (
            "1:MTc2MzgwNTAwMC4xMjM0NTYgMTI3LjAuMC4xIDQzMjEwIGhpIHlvdQ==",
            .texts([LiveText(time: time, address: "127.0.0.1", port: 43_210, body: Array("hi you".utf8))])
        ),
    ]

    @Test(arguments: answers)
    func `each answer is written and read as the table says`(text: String, answer: LiveAnswer) throws {
        #expect(String(decoding: answer.encoded(), as: UTF8.self) == text + ";")
        #expect(try LiveAnswer(decoding: Array(text.utf8)[...]) == answer)
    }

    @Test(arguments: ["", "0", "3:", "8:1", "8:x:1", "8:1:0", "1:*", "1:YQ==", "9:YQ==", "b:YQ==", "f:x:YQ==", "f:"])
    func `what is no answer is said to be none`(text: String) {
        #expect(throws: AnswerError.self) { try LiveAnswer(decoding: Array(text.utf8)[...]) }
    }

    @Test(arguments: 0..<100)
    func `messages are given as texts and as records, and read back`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let messages = (0..<Int.random(in: 0...5, using: &random)).map { _ in random.message() }
        for isRecords in [false, true] {
            var list = LiveAnswer.Messages(isRecords: isRecords)
            var bytes: [UInt8] = []
            for message in messages { list.append(message, to: &bytes) }
            list.finish(&bytes)
            #expect(bytes.last == LiveAnswer.end)
            switch try LiveAnswer(decoding: bytes.dropLast()) {
            case .records(let read): #expect(isRecords && read == messages, "seed \(seed)")
            case .texts(let texts):
                #expect(!isRecords && texts.map(\.body) == messages.map(\.body), "seed \(seed)")
                #expect(texts.map(\.time) == messages.map(\.time), "seed \(seed)")
            default: Issue.record("another answer, seed \(seed)")
            }
        }
    }

    // MARK: Framing

    @Test func `a message may have as many bytes as its limit, and not one more`() throws {
        var framing = LiveFraming(limit: 8, publishLimit: 20)
        framing.append(Array("3:345678;".utf8))
        #expect(try framing.next()?.count == 8)
        framing.append(Array("  1:345678901234567890;  3:3456789".utf8))
        #expect(try framing.next()?.count == 20)
        #expect(try refusedLimit(&framing) == 8)
        var publish = LiveFraming(limit: 8, publishLimit: 20)
        publish.append(Array("6:34567890123456789x1".utf8))
        #expect(try refusedLimit(&publish) == 20)
    }

    /// The limit that the message in hand is over.
    private func refusedLimit(_ framing: inout LiveFraming) throws -> Int? {
        do throws(LiveFraming.TooLong) { _ = try framing.next() } catch { return error.limit }
        return nil
    }

    @Test func `white space alone is held by nobody`() throws {
        var framing = LiveFraming(limit: 8)
        for _ in 0..<100 {
            framing.append(Array(" \r\n\t".utf8))
            #expect(try framing.next() == nil)
        }
        #expect(framing.held == 0)
    }
}

/// The base64 of RFC 4648, section 10, through requests and answers.
struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the published examples come out`(text: String, encoded: String) throws {
        let request = LiveRequest.publish(body: Array(text.utf8))
        #expect(String(decoding: request.encoded(), as: UTF8.self) == "1:\(encoded);")
        #expect(try LiveRequest(decoding: Array("1:\(encoded)".utf8)[...]) == request)
    }
}
