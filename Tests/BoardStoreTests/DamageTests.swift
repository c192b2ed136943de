import BoardStore
import Foundation
import MessageBoard
import Testing

/// What a store says of files that are not as it left them.
struct DamageTests {
    /// A store with messages, closed.
    private func filled(_ texts: [String] = ["aaaa-first", "bbbb-second", "cccc-third"]) async throws -> TemporaryStore
    {
        let store = TemporaryStore()
        let board = try store.open()
        for text in texts { _ = try await board.publish(draft(text)) }
        try await board.close()
        return store
    }

    private func isDamage(_ error: any Error) -> Bool {
        if case StoreError.damaged = error { true } else { false }
    }

    @Test(arguments: [0, 32_768])
    func `a flipped bit in a text is reported and never served`(tailMessages: Int) async throws {
        let store = try await filled()
        #expect(try store.flip("bbbb-second", in: "board.sqlite") > 0)
        var limits = StoreLimits()
        limits.tailMessages = tailMessages
        let board = try store.open(limits: limits)
        #expect(try await board.message(1).body == Array("aaaa-first".utf8))
        await #expect(throws: BoardError.messageDamaged(2, reason: "its checksum does not match its content")) {
            try await board.message(2)
        }
        await #expect(throws: BoardError.messageDamaged(2, reason: "its checksum does not match its content")) {
            try await board.last(3)
        }
        #expect(texts(try await board.last(1)) == ["cccc-third"])
        _ = try await board.publish(draft("still works"))
        try await board.close()
    }

    @Test func `a message that vanished is reported, not passed over`() async throws {
        let store = try await filled()
        try store.change("DELETE FROM message WHERE id = 2; DELETE FROM deleted")
        let board = try store.open()
        let all = MessageRange(boards: .all, after: 0)
        for read in [
            { _ = try await board.message(2) }, { _ = try await board.last(10) },
            { _ = try await board.messages(in: all, page: PageLimit()) },
        ] {
            await #expect { try await read() } throws: { error in
                if case BoardError.messageDamaged(2, _) = error { true } else { false }
            }
        }
        try await board.close()
    }

    @Test(arguments: [2, 3])
    func `a message that vanished from one of several boards is reported, wherever it stood`(vanished: Int) async throws
    {
        let store = TemporaryStore()
        var board = try store.open()
        for number in 1...6 { _ = try await board.publish(draft("\(number)", on: ["a.1", "b", "a.2"][number % 3])) }
        try await board.close()
        try store.change("DELETE FROM message WHERE id = \(vanished); DELETE FROM deleted")
        var limits = StoreLimits()
        limits.tailMessages = 0
        board = try store.open(limits: limits)
        let range = MessageRange(boards: BoardPattern("a.*")!, after: 0)
        await #expect { try await board.messages(in: range, page: PageLimit()) } throws: { error in
            if case BoardError.messageDamaged(MessageID(vanished), _) = error { true } else { false }
        }
        #expect(
            texts(try await board.messages(in: MessageRange(boards: BoardPattern("b*")!, after: 0), page: PageLimit()))
                == ["1", "4"])
        try await board.close()
    }

    @Test func `a log that was cut off is reported at start`() async throws {
        let store = try await filled()
        try store.change("DELETE FROM message WHERE id = 3; DELETE FROM deleted; UPDATE board SET newest = 2")
        #expect { try store.open() } throws: { isDamage($0) && "\($0)".contains("message 3 was acknowledged") }
        try FileManager.default.removeItem(atPath: store.file("acknowledged"))
        try await store.open().close()
    }

    @Test func `an unreadable mark of what was acknowledged does not keep a good store from starting`() async throws {
        let store = try await filled()
        try Data("nonsense....".utf8).write(to: URL(filePath: store.file("acknowledged")))
        try await store.open().close()
    }

    @Test func `a database whose beginning was overwritten is refused and left as it is`() async throws {
        let store = try await filled()
        let url = URL(filePath: store.file("board.sqlite"))
        var data = try Data(contentsOf: url)
        data.replaceSubrange(0..<64, with: Data(repeating: 0x5A, count: 64))
        try data.write(to: url)
        #expect { try store.open() } throws: { isDamage($0) }
        #expect(try Data(contentsOf: url) == data)
    }

    @Test func `a database that is missing or empty is refused, and no new one begun`() async throws {
        let store = try await filled()
        try Data().write(to: URL(filePath: store.file("board.sqlite")))
        #expect { try store.open() } throws: { isDamage($0) }
        try FileManager.default.removeItem(atPath: store.file("board.sqlite"))
        #expect { try store.open() } throws: { isDamage($0) }
    }

    @Test func `a database cut in half is refused`() async throws {
        let store = try await filled((0..<500).map { "message \($0)" })
        let url = URL(filePath: store.file("board.sqlite"))
        let data = try Data(contentsOf: url)
        try data.prefix(data.count / 2).write(to: url)
        #expect { try store.open() } throws: { isDamage($0) }
    }

    @Test func `a newer schema is refused`() async throws {
        let store = try await filled()
        try store.change("PRAGMA user_version = 99")
        #expect(throws: StoreError.newerSchema(path: store.file("board.sqlite"), found: 99, known: 1)) {
            try store.open()
        }
    }

    @Test func `somebody else's database is refused`() throws {
        let store = TemporaryStore()
        try FileManager.default.createDirectory(atPath: store.path, withIntermediateDirectories: true)
        try store.change("CREATE TABLE cats (name TEXT)")
        #expect { try store.open() } throws: { isDamage($0) }
    }

    @Test func `a second server on the same directory is refused, and a third after the first has gone is not`()
        async throws
    {
        let store = TemporaryStore()
        let first = try store.open()
        #expect(throws: StoreError.locked(path: store.path, holder: "process \(getpid())")) { try store.open() }
        try await first.close()
    }

    @Test func `a directory that cannot be made is named`() {
        let store = TemporaryStore()
        #expect(throws: (any Error).self) {
            try Data().write(to: URL(filePath: store.path)); _ = try store.open()
        }
    }
}
