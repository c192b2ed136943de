import BoardWire
import Testing
import SeededRandom

/// The datagrams of sessions, byte by byte.
struct SessionFramesTests {
    private func decoded(_ text: String) throws -> SessionRequest {
        try SessionRequest(decoding: Array(text.utf8).span)
    }

    @Test(arguments: [
        ("a?0", SessionRequest.open(withChecks: false)), ("a?1", .open(withChecks: true)),
        ("a?2", .open(withChecks: false)),
        ("c?1", .close(1)), ("c?9223372036854775807", .close(9_223_372_036_854_775_807)),
        ("c?9999999999999999999", .close(9_999_999_999_999_999_999)),
        ("d?7?0", .fetch(7, index: 0)), ("d?7?16777215", .fetch(7, index: 16_777_215)), ("e?7", .end(7)),
    ])
    func `a request without data is read, and written as it was`(text: String, request: SessionRequest) throws {
        #expect(try decoded(text) == request)
        var bytes: [UInt8] = []
        request.append(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text || text == "a?2")
    }

    @Test(
        arguments: [
            ("", nil, nil), ("a", nil, nil), ("a?", nil, nil), ("a?x", nil, nil), ("a?1?", nil, nil), ("f?1", nil, nil),
            ("c", nil, nil), ("c?", nil, nil), ("c?-1", nil, nil), ("c? 1", nil, nil), ("c?1x", 1, nil),
            ("c?10000000000000000000", nil, nil), ("e?7?", 7, nil),
            ("d?7", 7, nil), ("d?7?", 7, nil), ("d?7?16777216", 7, nil), ("d?7?000000001", 7, nil), ("d?7?1?", 7, nil),
            ("b", nil, nil), ("b?7", 7, nil), ("b?7?3", 7, 3), ("b?7?3?", 7, 3), ("b?7?3?4", 7, 3), ("b?7?3?4?", 7, 3),
            ("b?7?3?4?5", 7, 3), ("b?7?3?4?65505?", 7, 3), ("b?7?3?16777217?1?x", 7, 3), ("b?7?16777216?1?1?x", 7, nil),
            ("b?x?3?4?1?y", nil, nil),
        ] as [(String, SessionID?, Int?)])
    func `a header that cannot be read tells what could be`(text: String, session: SessionID?, index: Int?) {
        #expect(throws: UnreadableSessionRequest(session: session, index: index)) { try decoded(text) }
    }

    @Test(
        arguments: [
            ("b?7?0?1?3?abc", false, "abc"), ("b?7?0?1?0?", false, ""), ("b?7?0?1?5?a?b?c", false, "a?b?c"),
            ("b?7?0?1?3?ab", false, nil), ("b?7?0?1?3?abcd", false, nil),
            ("b?7?0?1?9?e3069283?123456789", false, nil), ("b?7?0?1?9?e3069283?123456789", true, "123456789"),
            ("b?7?0?1?9?E3069283?123456789", true, "123456789"), ("b?7?0?1?9?e3069283?12345678?", true, nil),
            ("b?7?0?1?9?e3069284?123456789", true, nil), ("b?7?0?1?9?0e3069283?123456789", true, nil),
            ("b?7?0?1?0?0?", true, ""), ("b?7?0?1?0??", true, nil), ("b?7?0?1?0?", true, nil),
            ("b?7?0?1?3?xyz?abc", true, nil),
        ] as [(String, Bool, String?)])
    func `the data is there when its length and its check are right`(text: String, withCheck: Bool, data: String?)
        throws
    {
        let datagram = Array(text.utf8)
        guard case .block(7, let block) = try SessionRequest(decoding: datagram.span) else {
            Issue.record("no block: \(text)")
            return
        }
        #expect((block.index, block.count) == (0, 1))
        let range = block.data(in: datagram.span, withCheck: withCheck)
        #expect(range.map { String(decoding: datagram[$0], as: UTF8.self) } == data)
    }

    @Test(arguments: [
        ("0?7", SessionAnswer.number(7)), ("0?7?1", .numbers(7, 1)), ("0?0", .closed(taken: false)),
        ("0?1", .closed(taken: true)), ("0?3?12", .held(3, index: 12)), ("0?3", .held(3, index: nil)),
        ("0?5?1", .opened(5, withChecks: true)), ("y", .again(index: nil)), ("y?4", .again(index: 4)),
        ("z", .unknown(index: nil)), ("z?0", .unknown(index: 0)),
    ])
    func `an answer without data is read, and written as it was`(text: String, answer: SessionAnswer) {
        #expect(SessionAnswer(decoding: Array(text.utf8).span) == answer)
        var bytes: [UInt8] = []
        answer.append(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test(arguments: [
        "", "0", "0?", "0?x", "0?1?", "0?1?2?", "0?1?2?3", "y?", "z?x", "1", "0:5", "0?99999999999999999999",
    ])
    func `what is no answer in a session is not read as one`(text: String) {
        #expect(SessionAnswer(decoding: Array(text.utf8).span) == nil)
    }

    @Test(arguments: [true, false])
    func `a block is read as it was written, with data of every kind`(hasCheck: Bool) throws {
        for seed in 1...300 as ClosedRange<UInt64> {
            var random = SeededGenerator(seed: seed)
            let data = random.bytes(upTo: 300)
            let block = SessionBlock(
                index: .random(in: 0..<1 << 24, using: &random), count: .random(in: 0...1 << 24, using: &random),
                length: data.count)
            let id = SessionID.random(in: 0...9_999_999_999_999_999_999, using: &random)
            var datagram: [UInt8] = []
            block.appendRequestHead(session: id, check: hasCheck ? SessionCheck.of(data.span) : nil, to: &datagram)
            #expect(datagram.count <= SessionExchange.longestHead)
            datagram += data
            guard case .block(id, let read) = try SessionRequest(decoding: datagram.span) else {
                Issue.record("seed \(seed)")
                return
            }
            #expect((read.index, read.count, read.length) == (block.index, block.count, data.count), "seed \(seed)")
            #expect(
                read.data(in: datagram.span, withCheck: hasCheck).map { Array(datagram[$0]) } == data, "seed \(seed)")
        }
    }

    @Test func `no bytes bring the codec down`() {
        for seed in 1...20_000 as ClosedRange<UInt64> {
            var random = SeededGenerator(seed: seed)
            let bytes = random.bytes(upTo: 40, from: Array("abcdeyz0123456789??????fF:-".utf8))
            if case .block(_, let block)? = try? SessionRequest(decoding: bytes.span) {
                _ = block.data(in: bytes.span, withCheck: true)
            }
            if case .block(let block)? = SessionAnswer(decoding: bytes.span) {
                _ = block.data(in: bytes.span, withCheck: false)
            }
        }
    }
}
