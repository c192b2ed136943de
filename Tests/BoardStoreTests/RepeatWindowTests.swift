import BoardStore
import MessageBoard
import Synchronization
import Testing

/// A repeat is recognised for ten minutes, whatever the wall clock does.
struct RepeatWindowTests {
    /// Clocks that a test turns.
    private final class Hands: Sendable {
        private let state = Mutex((wall: Int64(1_763_805_000), uptime: Int64(100)))

        func turn(wall: Int64, uptime: Int64) {
            state.withLock { state in
                state.wall += wall
                state.uptime += uptime
            }
        }

        var clock: StoreClock {
            StoreClock(
                now: { Timestamp(microseconds: self.state.withLock { $0.wall } * 1_000_000) },
                uptime: { .seconds(self.state.withLock { $0.uptime }) })
        }
    }

    @Test(arguments: [
        (wall: 599, uptime: 599, isRepeat: true), (wall: 700, uptime: 700, isRepeat: false),
        (wall: 86_400, uptime: 1, isRepeat: true), (wall: -86_400, uptime: 1, isRepeat: true),
        (wall: 0, uptime: 700, isRepeat: false),
    ])
    func `while the server runs only the steady clock counts`(wall: Int64, uptime: Int64, isRepeat: Bool) async throws {
        let hands = Hands()
        let store = TemporaryStore()
        let board = try store.open(clock: hands.clock)
        let first = try await board.publish(draft("one", requestID: "r"))
        hands.turn(wall: 0, uptime: 15)
        _ = try await board.publish(draft("another"))
        hands.turn(wall: wall, uptime: uptime - 15)
        // The window moves with the batches: this one sees the time, the next one what has expired.
        _ = try await board.publish(draft("another"))
        let second = try await board.publish(draft("two", requestID: "r"))
        #expect((second.id == first.id) == isRepeat)
        #expect(second.isRepeat == isRepeat)
        try await board.close()
    }

    @Test(arguments: [
        (wall: Int64(500), uptime: Int64(1), isRepeat: true), (wall: 86_400, uptime: 1, isRepeat: true),
        (wall: -86_400, uptime: 1, isRepeat: true), (wall: 0, uptime: 700, isRepeat: false),
    ])
    func `messages from before the start are as old as the start`(wall: Int64, uptime: Int64, isRepeat: Bool)
        async throws
    {
        let hands = Hands()
        let store = TemporaryStore()
        var board = try store.open(clock: hands.clock)
        _ = try await board.publish(draft("one", requestID: "r"))
        try await board.close()
        hands.turn(wall: wall, uptime: 0)
        board = try store.open(clock: hands.clock)
        hands.turn(wall: 0, uptime: uptime)
        _ = try await board.publish(draft("another"))
        #expect(try await board.publish(draft("two", requestID: "r")).isRepeat == isRepeat)
        try await board.close()
    }
}
