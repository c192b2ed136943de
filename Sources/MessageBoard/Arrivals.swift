import Synchronization

/// Tells whoever waits for a board's next message that it has come: one mutex, no queue of messages.
package final class Arrivals: Sendable {
    private struct Waiter {
        let after: MessageID
        let continuation: CheckedContinuation<Result<Void, BoardError>, Never>
    }

    private struct State {
        var newest: [BoardName: MessageID] = [:]
        var newestOfAll: MessageID = 0
        var waiters: [BoardPattern: [UInt64: Waiter]] = [:]
        /// Those patterns somebody waits for that mean more than one board.
        var wide: Set<BoardPattern> = []
        var nextTicket: UInt64 = 0
        var closed: BoardError?

        func newest(on boards: BoardPattern) -> MessageID {
            if let board = boards.board { return newest[board] ?? 0 }
            if boards.isAll { return newestOfAll }
            return newest.lazy.filter { boards.matches($0.key) }.map(\.value).max() ?? 0
        }

        mutating func add(_ waiter: Waiter, ticket: UInt64, on boards: BoardPattern) {
            waiters[boards, default: [:]][ticket] = waiter
            if boards.board == nil { wide.insert(boards) }
        }

        /// Takes out those who wait for a number up to this one.
        mutating func take(through id: MessageID, on boards: BoardPattern) -> [Waiter] {
            guard let waiting = waiters[boards] else { return [] }
            let due = waiting.filter { $0.value.after < id }
            waiters[boards] = due.count == waiting.count ? nil : waiting.filter { $0.value.after >= id }
            forgetIfEmpty(boards)
            return Array(due.values)
        }

        mutating func remove(_ ticket: UInt64, on boards: BoardPattern) -> Waiter? {
            let waiter = waiters[boards]?.removeValue(forKey: ticket)
            if waiters[boards]?.isEmpty == true { waiters[boards] = nil }
            forgetIfEmpty(boards)
            return waiter
        }

        private mutating func forgetIfEmpty(_ boards: BoardPattern) {
            if waiters[boards] == nil { wide.remove(boards) }
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// Wakes everybody who waits for a message of this board up to this number.
    package func announce(_ id: MessageID, on board: BoardName) {
        let woken = state.withLock { state -> [Waiter] in
            state.newest[board] = max(id, state.newest[board] ?? 0)
            state.newestOfAll = max(id, state.newestOfAll)
            guard !state.waiters.isEmpty else { return [] }
            var due = state.take(through: id, on: BoardPattern(board))
            for boards in state.wide where boards.matches(board) { due += state.take(through: id, on: boards) }
            return due
        }
        for waiter in woken { waiter.continuation.resume(returning: .success(())) }
    }

    /// Ends every wait, now and later, with this error.
    package func close(_ error: BoardError) {
        let waiters = state.withLock { state in
            state.closed = error
            defer {
                state.waiters = [:]
                state.wide = []
            }
            return state.waiters.values.flatMap(\.values)
        }
        for waiter in waiters { waiter.continuation.resume(returning: .failure(error)) }
    }

    /// Waits until a message of these boards with a number over `id` has been announced.
    package func wait(after id: MessageID, on boards: BoardPattern) async throws(BoardError) {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Result<Void, BoardError>? in
                    if let closed = state.closed { return .failure(closed) }
                    if state.newest(on: boards) > id { return .success(()) }
                    if Task.isCancelled { return .failure(.cancelled) }
                    state.add(Waiter(after: id, continuation: continuation), ticket: ticket, on: boards)
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.remove(ticket, on: boards) }
            waiter?.continuation.resume(returning: .failure(.cancelled))
        }.get()
    }
}
