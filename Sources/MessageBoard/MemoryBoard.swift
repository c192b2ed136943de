import Synchronization

/// A board that keeps everything in memory and forgets it when the process ends: the reference for every other board.
public final class MemoryBoard: Board {
    /// Bytes of memory that messages may take, unless said otherwise: 1 GiB.
    public static let defaultMemoryLimit = 1 << 30

    fileprivate struct State {
        /// All messages; the one with number n stands at n - 1.
        var all: [Message] = []
        var boards: [BoardName: [MessageID]] = [:]
        var requests: [[UInt8]: MessageID] = [:]
        var memory = 0
    }

    private let state = Mutex(State())
    private let arrivals = Arrivals()
    private let now: @Sendable () -> Timestamp
    private let memoryLimit: Int

    /// An empty board.
    ///
    /// - Parameters:
    ///   - memoryLimit: bytes of memory after which publishing is refused with ``BoardError/full(reason:)``.
    ///   - now: the time that messages get.
    public init(memoryLimit: Int = MemoryBoard.defaultMemoryLimit, now: @escaping @Sendable () -> Timestamp) {
        self.memoryLimit = memoryLimit
        self.now = now
    }

    /// See ``Board/publish(all:)``.
    public func publish(all drafts: [Draft]) async -> [Result<Publication, BoardError>] {
        drafts.map { draft in Result { () throws(BoardError) in try take(draft) } }
    }

    private func take(_ draft: Draft) throws(BoardError) -> Publication {
        let time = now()
        let publication = try state.withLock { state throws(BoardError) -> Publication in
            let key = draft.requestKey
            if let key, let first = state.requests[key].map({ state.all[Int($0 - 1)] }),
                time.microseconds - first.time.microseconds <= Int64(Draft.requestWindowSeconds) * 1_000_000
            {
                return Publication(id: first.id, time: first.time, isRepeat: true)
            }
            let message = Message(draft, id: MessageID(state.all.count + 1), time: time)
            let footprint = message.footprint + (key?.count ?? 0)
            guard state.memory + footprint <= memoryLimit else {
                throw .full(reason: "the board in memory has reached its limit of \(memoryLimit) bytes")
            }
            state.memory += footprint
            state.all.append(message)
            state.boards[message.board, default: []].append(message.id)
            if let key { state.requests[key] = message.id }
            return Publication(id: message.id, time: time, isRepeat: false)
        }
        if !publication.isRepeat { arrivals.announce(publication.id, on: draft.board) }
        return publication
    }

    /// See ``Board/messages(_:)``.
    public func messages(_ ids: [MessageID]) async -> [Result<Message, BoardError>] {
        ids.map { id in messageAtHand(id).map { .success($0) } ?? .failure(.messageNotFound(id)) }
    }

    /// See ``Board/messageAtHand(_:)``.
    public func messageAtHand(_ id: MessageID) -> Message? {
        state.withLock { state in id > 0 && id <= state.all.count ? state.all[Int(id - 1)] : nil }
    }

    /// See ``Board/range(ofLast:of:)``.
    public func range(ofLast count: Int?, of boards: BoardPattern) async throws(BoardError) -> MessageRange {
        state.withLock { state in
            let ids = state.ids(of: boards)
            guard let newest = ids.last else { return MessageRange(boards: boards, after: 0, through: 0) }
            guard let count, count < ids.count else { return MessageRange(boards: boards, after: 0, through: newest) }
            return MessageRange(boards: boards, after: ids[ids.count - count - 1], through: newest)
        }
    }

    /// See ``Board/ids(in:limit:)``.
    public func ids(in range: MessageRange, limit: Int) async throws(BoardError) -> [MessageID] {
        state.withLock { $0.ids(in: range, limit: limit) }
    }

    /// See ``Board/messages(in:page:)``.
    public func messages(in range: MessageRange, page: PageLimit) async throws(BoardError) -> [Message] {
        state.withLock { state in
            var messages: [Message] = []
            var bytes = 0
            for id in state.ids(in: range, limit: page.messages) {
                let message = state.all[Int(id - 1)]
                bytes += message.body.count
                if !messages.isEmpty && bytes > page.bytes { break }
                messages.append(message)
            }
            return messages
        }
    }

    /// See ``Board/waitForMessage(after:on:)``.
    public func waitForMessage(after id: MessageID, on boards: BoardPattern) async throws(BoardError) {
        try await arrivals.wait(after: id, on: boards)
    }

    /// See ``Board/newestIDs()``.
    public func newestIDs() -> [BoardName: MessageID] {
        state.withLock { $0.boards.compactMapValues(\.last) }
    }
}

extension MemoryBoard.State {
    /// The numbers of all messages of these boards, ascending.
    fileprivate func ids(of boards: BoardPattern) -> [MessageID] {
        if let board = boards.board { return self.boards[board] ?? [] }
        return all.lazy.filter { boards.matches($0.board) }.map(\.id)
    }

    fileprivate func ids(in range: MessageRange, limit: Int) -> [MessageID] {
        guard !range.isEmpty else { return [] }
        guard let board = range.boards.board else {
            let rest = all.dropFirst(Int(clamping: max(0, range.after))).prefix { $0.id <= range.through }
            return Array(rest.lazy.filter { range.boards.matches($0.board) }.map(\.id).prefix(limit))
        }
        let ids = boards[board] ?? []
        var low = 0
        var high = ids.count
        while low < high {
            let middle = (low + high) / 2
            if ids[middle] <= range.after { low = middle + 1 } else { high = middle }
        }
        return Array(ids[low...].prefix(limit).prefix { $0 <= range.through })
    }
}
