import DequeModule
import MessageBoard
import Synchronization

/// The newest messages of the server in memory: an unbroken stretch of numbers up to the newest one.
final class TailCache: Sendable {
    private struct State {
        var messages: Deque<StoredMessage> = []
        var memory = 0
        /// The number that the next message will have.
        var next: MessageID = 1
        var newest: [BoardName: MessageID] = [:]

        var first: MessageID { next - MessageID(messages.count) }

        func find(_ id: MessageID) -> StoredMessage? {
            id >= first && id < next ? messages[Int(id - first)] : nil
        }
    }

    private let state = Mutex(State())
    private let limits: StoreLimits

    init(limits: StoreLimits) {
        self.limits = limits
    }

    /// Begins with what the store holds: the newest number of each board, and a stretch of messages up to the newest.
    func load(_ messages: [StoredMessage], newest: [BoardName: MessageID], next: MessageID) {
        state.withLock { state in
            state.newest = newest
            state.next = next
            state.messages = Deque(messages)
            state.memory = messages.reduce(0) { $0 + $1.message.footprint }
            evict(&state)
        }
    }

    /// Adds committed messages, whose numbers follow on the newest one.
    ///
    /// - Parameter newest: the newest of them on each board.
    func append(_ messages: [StoredMessage], newest: [BoardName: MessageID]) {
        state.withLock { state in
            for stored in messages {
                state.messages.append(stored)
                state.memory += stored.message.footprint
            }
            for (board, id) in newest { state.newest[board] = id }
            state.next += MessageID(messages.count)
            evict(&state)
        }
    }

    private func evict(_ state: inout State) {
        while state.messages.count > limits.tailMessages || state.memory > limits.tailBytes {
            state.memory -= state.messages.removeFirst().message.footprint
        }
    }

    /// What memory knows of a number.
    enum Lookup {
        case found(Message)
        case older
        case neverGiven
    }

    func message(_ id: MessageID) -> Lookup {
        state.withLock { state in
            guard id > 0, id < state.next else { return .neverGiven }
            return state.find(id).map { .found($0.message) } ?? .older
        }
    }

    /// The newest number ever given on each board that is meant and has one over `id`.
    func newest(on boards: BoardPattern, over id: MessageID = 0) -> [BoardName: MessageID] {
        state.withLock { state in
            guard let board = boards.board else {
                return state.newest.filter { $0.value > id && boards.matches($0.key) }
            }
            guard let newest = state.newest[board], newest > id else { return [:] }
            return [board: newest]
        }
    }

    /// The newest number ever given on one of the boards; 0 when there is none.
    func newestOfAll(on boards: BoardPattern) -> MessageID {
        if boards.isAll { return state.withLock { $0.next - 1 } }
        return newest(on: boards).values.max() ?? 0
    }

    /// The number before the last `count` ones of the boards, when all of these are in memory.
    func start(ofLast count: Int, of boards: BoardPattern) -> MessageID? {
        state.withLock { state in
            var id = boards.board.map { state.newest[$0] ?? 0 } ?? state.next - 1
            var missing = count
            while missing > 0, id > 0 {
                guard let stored = state.find(id) else { return nil }
                if boards.matches(stored.message.board) { missing -= 1 }
                id = boards.board == nil ? id - 1 : stored.previous
            }
            return id
        }
    }

    /// The oldest messages of a range, when the whole range is in memory.
    func messages(in range: MessageRange, page: PageLimit) -> [Message]? {
        state.withLock { state in
            guard range.after + 1 >= state.first else { return nil }
            var found: [Message] = []
            var bytes = 0
            var id = range.after + 1
            while id <= range.through, found.count < page.messages, let message = state.find(id)?.message {
                id += 1
                guard range.boards.matches(message.board) else { continue }
                bytes += message.body.count
                if !found.isEmpty && bytes > page.bytes { break }
                found.append(message)
            }
            return found
        }
    }
}
