import BoardClient
import MessageBoard
import Testing
import SeededRandom

/// What somebody who follows a board asks a new connection for, and what they take from it.
struct ReconnectPlanTests {
    private static let news = BoardName("news")!

    private func message(_ id: MessageID, on board: BoardName = .public) -> Message {
        Message(
            id: id, board: board, time: Timestamp(microseconds: id),
            origin: Origin(address: "127.0.0.1", port: 1, road: .live), body: [])
    }

    @Test(arguments: [
        (FollowStart.after(0), [:], FollowStart.after(0)),
        (.after(5), [.public: 5], .after(5)),
        (.after(5), [.public: 3, news: 9], .after(5)),
        (.newest(20), [.public: 3], .newest(20)),
        // Nothing there to show: what comes from now on is wanted, and nothing of it may be missed.
        (.newest(20), [news: 7], .after(7)),
        (.newest(20), [:], .after(0)),
        (.newest(0), [.public: 3, news: 7], .after(7)),
    ])
    func `the first connection begins where it is said`(
        start: FollowStart, boards: [BoardName: MessageID], begun: FollowStart
    ) throws {
        var plan = ReconnectPlan(pattern: BoardPattern(.public), start: start)
        let asked = try plan.connected(boards: boards)
        #expect(asked == begun)
    }

    @Test(arguments: [FollowStart.newest(0), .newest(20), .after(2)])
    func `the next connection goes on after the last message`(start: FollowStart) throws {
        var plan = ReconnectPlan(pattern: BoardPattern(.public), start: start)
        _ = try plan.connected(boards: [.public: 4])
        let isNew = plan.isNew(message(5))
        #expect(isNew)
        let asked = try plan.connected(boards: [.public: 9])
        #expect(asked == .after(5))
    }

    @Test func `a connection that broke before the first message loses nothing`() throws {
        var plan = ReconnectPlan(pattern: BoardPattern(.public), start: .newest(0))
        _ = try plan.connected(boards: [.public: 4])
        let asked = try plan.connected(boards: [.public: 9])
        #expect(asked == .after(4))
    }

    @Test func `no message is new twice, nor one of another board`() throws {
        var plan = ReconnectPlan(pattern: BoardPattern("n*")!, start: .after(2))
        let given = [(1, Self.news), (2, Self.news), (3, Self.news), (4, .public), (3, Self.news), (5, Self.news)]
        #expect(
            given.map { plan.isNew(message(MessageID($0.0), on: $0.1)) } == [false, false, true, false, false, true])
    }

    @Test func `a server that has less than we have seen is another one`() throws {
        var plan = ReconnectPlan(pattern: BoardPattern(.public), start: .after(0))
        _ = try plan.connected(boards: [.public: 9])
        let isNew = plan.isNew(message(9))
        #expect(isNew)
        #expect(throws: LiveError.replaced(seen: 9, newest: 8)) { try plan.connected(boards: [.public: 8]) }
    }

    @Test(arguments: UInt64(0)..<50)
    func `pauses grow from 0.2 seconds to 5, and begin anew after a connection`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var plan = ReconnectPlan(pattern: BoardPattern(.public), start: .after(0))
        let pauses = (0..<20).map { _ in plan.nextPause(using: &random) }
        #expect(pauses.allSatisfy { $0 >= .milliseconds(200) && $0 <= .seconds(5) }, "seed \(seed)")
        #expect(pauses[5...].allSatisfy { $0 >= .seconds(2) }, "seed \(seed)")
        #expect(Set(pauses[5...]).count > 5, "seed \(seed)")
        _ = try plan.connected(boards: [:])
        let first = plan.nextPause(using: &random)
        #expect(first == .milliseconds(200))
    }
}
