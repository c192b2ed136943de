import BoardConformance
import MessageBoard
import Testing

struct MemoryBoardTests {
    @Test(arguments: BoardConformance.cases)
    func `the board in memory keeps every promise`(of promise: BoardConformance.Case) async throws {
        try await promise.run(MemoryBoard(now: { Timestamp(microseconds: 1_763_805_000_123_456) }))
    }

    @Test func `a full memory refuses to publish and goes on reading`() async throws {
        let board = MemoryBoard(memoryLimit: 1_000, now: { Timestamp(microseconds: 0) })
        let origin = Origin(address: "192.0.2.1", port: 1, road: .udp)
        let first = try await board.publish(Draft(body: [1], origin: origin))
        let tooBig = try Draft(body: [UInt8](repeating: 0, count: 1_000), origin: origin)
        await #expect(throws: BoardError.self) { try await board.publish(tooBig) }
        #expect(try await board.message(first.id).body == [1])
        _ = try await board.publish(Draft(body: [2], origin: origin))
    }
}

struct ValueTests {
    @Test(arguments: ["public", "a", "A.b_c-9", String(repeating: "x", count: 64)])
    func `a board's name of allowed characters is taken`(name: String) {
        #expect(BoardName(name)?.text == name)
    }

    @Test(arguments: ["", "a b", "ä", "a/b", "a*", "a\n", String(repeating: "x", count: 65)])
    func `any other name is refused`(name: String) {
        #expect(BoardName(name) == nil)
    }

    @Test(arguments: [
        ("*", "public", true), ("news.*", "news.", true), ("news.*", "news.eu", true), ("news.*", "new", false),
        ("*.eu", "news.eu", true), ("*.eu", "news.eu.x", false), ("a*b*c", "aXbYbZc", true), ("a*b*c", "acb", false),
        ("**", "x", true), ("a", "a", true), ("a", "b", false), ("*a*", "bab", true), ("*aab", "aaaab", true),
    ])
    func `a star stands for any run of characters`(pattern: String, name: String, matches: Bool) throws {
        #expect(try #require(BoardPattern(pattern)).matches(try #require(BoardName(name))) == matches)
    }

    @Test(arguments: ["", "a b", "ä*", "a/*", "?", String(repeating: "*", count: 65)])
    func `what is no pattern is refused`(pattern: String) {
        #expect(BoardPattern(pattern) == nil)
    }

    @Test func `patterns that mean the same boards are the same`() {
        #expect(BoardPattern("**") == .all)
        #expect(BoardPattern("public") == BoardPattern(BoardName.public))
        #expect(BoardPattern("a*") != BoardPattern("a"))
    }

    @Test(arguments: [
        (1_763_805_000_123_456, "1763805000.123456"), (0, "0.000000"), (5, "0.000005"), (-1_500_000, "-1.500000"),
    ])
    func `a time is written with six decimals and read back`(microseconds: Int64, text: String) {
        #expect(Timestamp(microseconds: microseconds).description == text)
        #expect(Timestamp(text)?.microseconds == microseconds)
    }

    @Test(arguments: ["", ".", "1.", "x", "1.2.3", "--1", "1,5"])
    func `what is no time is not read as one`(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func `each bound of a draft and its attributes is enforced one past its edge`() throws {
        let origin = Origin(address: "192.0.2.1", port: 1, road: .udp)
        func draft(author: Int = 0, request: Int = 0) throws(BoardError) -> Draft {
            try Draft(
                author: String(repeating: "a", count: author), requestID: [UInt8](repeating: 1, count: request),
                body: [],
                origin: origin)
        }
        _ = try draft(author: Draft.maximumAuthorBytes, request: Draft.maximumRequestIDBytes)
        #expect(throws: BoardError.self) { try draft(author: Draft.maximumAuthorBytes + 1) }
        #expect(throws: BoardError.self) { try draft(request: Draft.maximumRequestIDBytes + 1) }

        func text(_ count: Int) -> String { String(repeating: "v", count: count) }
        _ = try Attributes([text(Attributes.maximumNameBytes): text(Attributes.maximumValueBytes)])
        #expect(throws: BoardError.self) { try Attributes([text(Attributes.maximumNameBytes + 1): ""]) }
        #expect(throws: BoardError.self) { try Attributes(["": "x"]) }
        #expect(throws: BoardError.self) { try Attributes(["a": text(Attributes.maximumValueBytes + 1)]) }
        let many = Dictionary(uniqueKeysWithValues: (0...Attributes.maximumCount).map { ("\($0)", "") })
        #expect(throws: BoardError.self) { try Attributes(many) }
        let long = Dictionary(uniqueKeysWithValues: (0..<5).map { ("\($0)", text(Attributes.maximumValueBytes)) })
        #expect(throws: BoardError.self) { try Attributes(long) }
    }

    /// RFC 3720, appendix B.4, and the check value of the CRC catalogue.
    private static let checksums: [([UInt8], UInt32)] = [
        ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
        ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
        (Array(0..<32), 0x46DD_794E),
        (Array("123456789".utf8), 0xE306_9283),
        ([], 0),
    ]

    @Test(arguments: checksums)
    func `CRC-32C gives the published values`(bytes: [UInt8], sum: UInt32) {
        #expect(CRC32C.of(bytes) == sum)
        var pieces = CRC32C()
        for byte in bytes { pieces.update([byte]) }
        #expect(pieces.value == sum)
    }
}
