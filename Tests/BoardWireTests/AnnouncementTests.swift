import BoardWire
import Testing
import SeededRandom

/// The lines of protocols.md, section 5.
struct AnnouncementTests {
    private func board(_ name: String, _ roads: [String] = ["udp=127.0.0.1:7777"]) -> AnnouncedBoard {
        AnnouncedBoard(
            version: "0.1.0", serverID: "81f3a2", name: name,
            roads: roads.map { road in
                let parts = road.split(separator: "=", maxSplits: 1).map(String.init)
                return .init(name: parts[0], place: parts[1])
            })
    }

    private func text(_ announcement: Announcement) -> String {
        String(decoding: announcement.encoded(), as: UTF8.self)
    }

    @Test func `a board is one line with its roads`() {
        let roads = ["udp=192.0.2.2:7777", "tcp=[2001:db8::1]:7777", "http=http://192.0.2.2:7780/?a=b"]
        #expect(
            text(.board(board("kitchen", roads)))
                == "mboard 0.1.0 81f3a2 kitchen udp=192.0.2.2:7777 tcp=[2001:db8::1]:7777 http=http://192.0.2.2:7780/?a=b"
        )
        #expect(text(.bye(version: "0.1.0", serverID: "81f3a2")) == "mboard 0.1.0 81f3a2 bye")
        #expect(text(.question) == "mboard?")
    }

    @Test(arguments: [
        ("the kitchen", "the%20kitchen"), ("100%", "100%25"), ("bye", "%62ye"), ("", ""), ("Küche 👋", "Küche%20👋"),
        ("a\u{1B}[2Jb\n", "a%1B[2Jb%0A"), ("\u{9B}2J\u{202E}x\u{2028}", "%C2%9B2J%E2%80%AEx%E2%80%A8"), ("a=b", "a=b"),
        ("%41", "%2541"),
    ])
    func `a name is written so that it can be printed, and read back as it was`(name: String, written: String) {
        let line = text(.board(board(name)))
        #expect(line == "mboard 0.1.0 81f3a2 \(written) udp=127.0.0.1:7777")
        #expect(Announcement(Array(line.utf8)) == .board(board(name)))
    }

    @Test(arguments: ["mboard?", "mboard?\n", "mboard? \r\n"])
    func `a question may end with a line`(line: String) {
        #expect(Announcement(Array(line.utf8)) == .question)
    }

    @Test func `what others write is read with patience`() {
        let line = "mboard 2 id b%20%zz% udp=a:1 new-thing x=y= = tcp= =z live=b:2\n"
        #expect(
            Announcement(Array(line.utf8))
                == .board(
                    AnnouncedBoard(
                        version: "2", serverID: "id", name: "b %zz%",
                        roads: [
                            .init(name: "udp", place: "a:1"), .init(name: "x", place: "y="),
                            .init(name: "live", place: "b:2"),
                        ])))
        #expect(Announcement(Array("mboard 2 id bye".utf8)) == .bye(version: "2", serverID: "id"))
    }

    @Test(arguments: [
        "", " ", "\n", "mboard", "mboard ", "mboard 1", "mboard 1 2", "Mboard 1 2 3", "hello world and more",
        "mboard? who",
        "mboard  1 2 3", "mboard 1\u{1B}[2J 2 3", "mboard 1 2\u{7} 3", "mboard 1 \u{E9} 3", "mboard 1 2 %FF%FE",
        "mboard \(String(repeating: "9", count: 33)) 2 3", "mboard 1 \(String(repeating: "i", count: 65)) 3",
        "mboard 1 2 \(String(repeating: "n", count: 1_400))",
    ])
    func `what is no announcement is none`(line: String) {
        #expect(Announcement(Array(line.utf8)) == nil)
    }

    @Test func `bytes that are not UTF-8 are none`() {
        #expect(Announcement(Array("mboard 1 2 ".utf8) + [0xFF]) == nil)
    }

    @Test func `roads that cannot be ones are passed over, and no more than the bound are kept`() {
        let long = String(repeating: "h", count: 256)
        let many = (0..<20).map { "r\($0)=h:1" }.joined(separator: " ")
        guard case .board(let board)? = Announcement(Array("mboard 1 2 3 udp=\(long) t\u{1B}p=h:1 \(many)".utf8)) else {
            Issue.record("it can be read")
            return
        }
        #expect(board.roads.count == AnnouncementLimits.roads)
        #expect(board.roads.first?.name == "r0")
    }

    @Test func `a line never exceeds its bound, and holds whole fields`() {
        let roads = (0..<20).map { "road\($0)=" + String(repeating: "h", count: 200) }
        let line = Announcement.board(board(String(repeating: "\u{1B}é", count: 300), roads)).encoded()
        #expect(line.count <= AnnouncementLimits.line)
        guard case .board(let read)? = Announcement(line) else {
            Issue.record("it can be read")
            return
        }
        #expect(read.name.utf8.count <= AnnouncementLimits.name)
        #expect(!read.roads.isEmpty)
        #expect(read.roads.allSatisfy { $0.place.count == 200 })
    }

    @Test(arguments: 0..<200)
    func `any bytes do no harm, and what can be read is written and read back the same`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "mboard", " ", "0.1.0", "id", "=", "udp=h:1", "%", "%1B", "bye", "\u{1B}[2J", "é", "\0", "?", "\n",
        ]
        var bytes = Array("mboard 1 2 ".utf8)
        for _ in 0..<Int.random(in: 0..<12, using: &generator) {
            bytes += Array(pieces.randomElement(using: &generator)!.utf8)
        }
        if Bool.random(using: &generator) {
            bytes[Int.random(in: bytes.indices, using: &generator)] = .random(in: 0...255, using: &generator)
        }
        guard let read = Announcement(bytes) else { return }
        #expect(Announcement(read.encoded()) == read, "seed \(seed)")
    }
}
