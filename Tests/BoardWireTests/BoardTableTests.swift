import BoardWire
import Testing

/// What a listener remembers, as a table of events with their times.
struct BoardTableTests {
    private enum Event {
        case board(String, name: String)
        case bye(String)
        case nothing
    }

    private func table(_ events: [(at: Int64, from: String, Event)]) -> BoardTable {
        var table = BoardTable()
        for (seconds, source, event) in events {
            let time = Duration.seconds(seconds)
            switch event {
            case .board(let id, let name):
                let board = AnnouncedBoard(version: "1", serverID: id, name: name, roads: [])
                table.take(.board(board), from: source, at: time)
            case .bye(let id): table.take(.bye(version: "1", serverID: id), from: source, at: time)
            case .nothing: table.forget(at: time)
            }
        }
        return table
    }

    private func shown(_ table: BoardTable) -> [String] {
        table.entries.map { entry in
            "\(entry.serverID): " + entry.reports.map { "\($0.board.name) from \($0.source)" }.joined(separator: ", ")
        }
    }

    @Test func `boards are told apart by id and kept in the order they came`() {
        let heard = table([
            (0, "a", .board("1", name: "x")), (1, "a", .board("2", name: "x")), (2, "a", .board("1", name: "y")),
        ])
        #expect(shown(heard) == ["1: y from a", "2: x from a"])
    }

    @Test func `what several addresses say of a board is kept apart`() {
        let heard = table([(0, "a", .board("1", name: "x")), (0, "b", .board("1", name: "liar")), (1, "b", .bye("1"))])
        #expect(shown(heard) == ["1: x from a"])
    }

    @Test func `nobody ends a board but its own address`() {
        #expect(shown(table([(0, "a", .board("1", name: "x")), (1, "b", .bye("1"))])) == ["1: x from a"])
        #expect(shown(table([(0, "a", .board("1", name: "x")), (1, "a", .bye("2"))])) == ["1: x from a"])
        #expect(shown(table([(0, "a", .board("1", name: "x")), (1, "a", .bye("1"))])) == [])
    }

    @Test func `three missed periods are too many`() {
        let heard: (at: Int64, from: String, Event) = (0, "a", .board("1", name: "x"))
        #expect(shown(table([heard, (15, "", .nothing)])) == ["1: x from a"])
        #expect(shown(table([heard, (16, "", .nothing)])) == [])
        #expect(shown(table([heard, (10, "a", .board("1", name: "x")), (25, "", .nothing)])) == ["1: x from a"])
        #expect(shown(table([heard, (16, "a", .board("2", name: "y"))])) == ["2: y from a"])
    }

    @Test func `boards and addresses are bounded, and there is room again when one is forgotten`() {
        var heard = table((0...BoardTable.boards).map { (0, "a", .board("\($0)", name: "x")) })
        #expect(heard.entries.count == BoardTable.boards)
        #expect(heard.entries.last?.serverID == "\(BoardTable.boards - 1)")
        heard.take(.bye(version: "1", serverID: "0"), from: "a", at: .seconds(1))
        let late = AnnouncedBoard(version: "1", serverID: "late", name: "x", roads: [])
        heard.take(.board(late), from: "a", at: .seconds(1))
        #expect(heard.entries.last?.serverID == "late")
        let one = table((0...BoardTable.sources).map { (0, "\($0)", .board("1", name: "x")) })
        #expect(one.entries[0].reports.count == BoardTable.sources)
    }
}
