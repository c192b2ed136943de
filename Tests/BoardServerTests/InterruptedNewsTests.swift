import BoardServer
import BoardWire
import Logging
import MessageBoard
import Synchronization
import Testing

/// Live news of a board whose reading fails now and then.
struct InterruptedNewsTests {
    @Test func `news go on after a read that failed`() async throws {
        let board = FailingAtFirst(MemoryBoard(now: { Timestamp(microseconds: 1) }))
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let gateway = try await LiveGateway(
            host: "127.0.0.1", port: 0, processor: RequestProcessor(board: board), logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await gateway.run() }
            try await LiveClient.with(gateway.endpoint) { client in
                try await client.send(.delivery(.push))
                #expect(try await client.next() == "0:")
                // The first may come before the news are followed: then the second is the first that is read.
                for text in ["before or passed over", "passed over or after it", "after it"] {
                    _ = try await board.publish(
                        Draft(
                            body: Array(text.utf8), origin: Origin(address: "192.0.2.1", port: 1, road: .udp)))
                    #expect(try await client.bodies(1) == [text])
                }
                #expect(board.failures.withLock { $0 } == 1)
            }
            group.cancelAll()
        }
    }
}

/// A board that fails the first read of the news of all boards.
private final class FailingAtFirst: Board {
    let failures = Mutex(0)
    private let board: MemoryBoard

    init(_ board: MemoryBoard) {
        self.board = board
    }

    func messages(in range: MessageRange, page: PageLimit) async throws(BoardError) -> [Message] {
        let fails =
            range.boards.isAll
            && failures.withLock { failures in
                guard failures == 0 else { return false }
                failures += 1
                return true
            }
        if fails { throw .messageDamaged(1, reason: "a test says so") }
        return try await board.messages(in: range, page: page)
    }

    func publish(all drafts: [Draft]) async -> [Result<Publication, BoardError>] { await board.publish(all: drafts) }
    func messageAtHand(_ id: MessageID) -> Message? { board.messageAtHand(id) }
    func messages(_ ids: [MessageID]) async -> [Result<Message, BoardError>] { await board.messages(ids) }
    func range(ofLast count: Int?, of boards: BoardPattern) async throws(BoardError) -> MessageRange {
        try await board.range(ofLast: count, of: boards)
    }
    func ids(in range: MessageRange, limit: Int) async throws(BoardError) -> [MessageID] {
        try await board.ids(in: range, limit: limit)
    }
    func waitForMessage(after id: MessageID, on boards: BoardPattern) async throws(BoardError) {
        try await board.waitForMessage(after: id, on: boards)
    }
    func newestIDs() -> [BoardName: MessageID] { board.newestIDs() }
}
