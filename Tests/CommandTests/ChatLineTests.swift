import MessageBoard
import Testing
import mboard

/// Lines as commands, lines out of bytes, and whose message it is.
struct ChatLineTests {
    @Test(arguments: [
        ("hello", ChatCommand.say("hello")), ("//boards", .say("/boards")), ("/boards", .boards), ("/last", .last(20)),
        ("/last 5", .last(5)), ("/board news.eu", .board(BoardName("news.eu")!)), ("/help", .help), ("/quit", .quit),
        (" /quit", .say(" /quit")), ("/last 1000", .last(1_000)),
    ])
    func `each line is the command that the table says`(line: String, command: ChatCommand) {
        #expect(ChatCommand(line) == command)
    }

    @Test(arguments: [
        "/", "/nothing", "/last x", "/last 0", "/last 1001", "/board", "/board a b", "/board ä", "/quit now",
    ])
    func `what is no command is said to be none`(line: String) {
        #expect(
            {
                if case .wrong = ChatCommand(line) { true } else { false }
            }())
    }

    @Test func `lines come out however the bytes are cut`() throws {
        let bytes = Array("one\n\ntwo\nthree".utf8)
        for size in 1...bytes.count {
            var splitter = LineSplitter()
            var lines: [String] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                for line in splitter.take(Array(rest.prefix(size))) {
                    lines.append(String(decoding: try line.get(), as: UTF8.self))
                }
                rest = rest.dropFirst(size)
            }
            #expect(lines == ["one", "", "two"])
            let last = try splitter.finish()?.get()
            #expect(last == Array("three".utf8))
        }
    }

    @Test func `a line over the limit is not kept, and the next one is`() throws {
        var splitter = LineSplitter(limit: 3)
        let lines =
            splitter.take(Array("1234\n123\n12".utf8)) + splitter.take(Array("34".utf8))
            + splitter.take(Array("5\nx\n".utf8))
        #expect(lines.map { try? $0.get() } == [nil, Array("123".utf8), nil, Array("x".utf8)])
        let last = splitter.finish()
        #expect(last == nil)
    }

    private func message(_ id: MessageID, _ body: String, by author: String? = "ada") -> Message {
        Message(
            id: id, board: .public, time: Timestamp(microseconds: 1),
            origin: Origin(address: "127.0.0.1", port: 1, road: .live), author: author, body: Array(body.utf8))
    }

    /// What happens to us, and the messages that it shows to be of others.
    private enum Event {
        case publishing(String)
        case published(MessageID?)
        case come(Message)
    }

    private func others(_ events: [Event]) -> [[MessageID]] {
        var own = OwnMessages()
        return events.map { event in
            switch event {
            case .publishing(let body):
                own.publishing(Array(body.utf8), author: "ada")
                return []
            case .published(let id): return own.published(as: id).map(\.id)
            case .come(let message): return own.isOthers(message) ? [message.id] : []
            }
        }
    }

    @Test func `a message of ours is no other's, whether it comes before its number or after`() {
        let shown = others([
            .publishing("hi"), .come(message(1, "something else")), .come(message(2, "hi")), .published(2),
            .publishing("hi"), .published(3), .come(message(3, "hi")), .come(message(4, "hi")),
        ])
        #expect(shown == [[], [1], [], [], [], [], [], [4]])
    }

    @Test func `who says the same at the same time is heard when it is clear`() {
        let shown = others([
            .publishing("hi"), .come(message(5, "hi")), .come(message(6, "hi", by: "bob")), .come(message(7, "hi")),
            .published(7), .come(message(8, "hi")),
        ])
        #expect(shown == [[], [], [6], [], [5], [8]])
    }

    @Test func `no more is held back than the limit`() {
        let limit = OwnMessages.maximumHeld
        let shown = others(
            [.publishing("")] + (1...limit + 2).map { .come(message(MessageID($0), "")) } + [.published(nil)])
        #expect(shown.dropLast().joined().count == 2)
        #expect(shown.last?.count == limit)
    }
}
