import BoardConformance
import BoardStore
import MessageBoard
import Testing

struct DurableBoardTests {
    @Test(arguments: BoardConformance.cases)
    func `the durable board keeps every promise`(of promise: BoardConformance.Case) async throws {
        let store = TemporaryStore()
        let board = try store.open()
        try await promise.run(board)
        try await board.close()
    }

    @Test(arguments: BoardConformance.cases)
    func `it keeps them when nothing is read from memory`(of promise: BoardConformance.Case) async throws {
        let store = TemporaryStore()
        var limits = StoreLimits()
        limits.tailMessages = 0
        let board = try store.open(limits: limits)
        try await promise.run(board)
        try await board.close()
    }

    @Test func `everything is there after closing and opening again`() async throws {
        let store = TemporaryStore()
        var board = try store.open()
        let id = board.serverID
        for number in 0..<50 { _ = try await board.publish(draft("\(number)", on: number % 2 == 0 ? "even" : "odd")) }
        let before = try await board.last(100, of: BoardName("even")!)
        try await board.close()
        board = try store.open()
        #expect(board.serverID == id)
        #expect(try await board.last(100, of: BoardName("even")!) == before)
        #expect(try await board.publish(draft("next")).id == 51)
        try await board.close()
    }

    @Test func `a number is never used again, not even that of a newest message that was deleted`() async throws {
        let store = TemporaryStore()
        var board = try store.open()
        for text in ["one", "two", "three"] { _ = try await board.publish(draft(text)) }
        try await board.close()
        try store.change("DELETE FROM message WHERE id = 3")
        board = try store.open()
        await #expect(throws: BoardError.messageNotFound(3)) { try await board.message(3) }
        #expect(texts(try await board.last(10)) == ["one", "two"])
        #expect(try await board.publish(draft("four")).id == 4)
        #expect(texts(try await board.last(10)) == ["one", "two", "four"])
        try await board.close()
    }

    @Test func `a repeat is recognised after the server was started again`() async throws {
        let store = TemporaryStore()
        var board = try store.open()
        let first = try await board.publish(draft("once", requestID: "r"))
        try await board.close()
        board = try store.open()
        #expect(
            try await board.publish(draft("again", requestID: "r"))
                == Publication(id: first.id, time: first.time, isRepeat: true))
        try await board.close()
    }

    @Test func `only as many boards as the limit are made, and those that exist go on`() async throws {
        let store = TemporaryStore()
        var limits = StoreLimits()
        limits.boards = 2
        let board = try store.open(limits: limits)
        _ = try await board.publish(draft("x", on: "one"))
        _ = try await board.publish(draft("x", on: "two"))
        await #expect(throws: BoardError.self) { try await board.publish(draft("x", on: "three")) }
        _ = try await board.publish(draft("x", on: "one"))
        try await board.close()
    }

    @Test func `publishing to a store that is closed says so`() async throws {
        let store = TemporaryStore()
        let board = try store.open()
        try await board.close()
        await #expect(throws: BoardError.unavailable(reason: "the server is stopping")) {
            try await board.publish(draft("late"))
        }
    }

    @Test func `memory holds no more of the newest messages than its limits, and older ones still come`() async throws {
        let store = TemporaryStore()
        var limits = StoreLimits()
        limits.tailMessages = 5
        let board = try store.open(limits: limits)
        for number in 1...20 { _ = try await board.publish(draft("\(number)")) }
        #expect(texts(try await board.last(3)) == ["18", "19", "20"])
        #expect(texts(try await board.last(12)) == (9...20).map(String.init))
        #expect(try await board.message(2).body == Array("2".utf8))
        try await board.close()
    }
}
