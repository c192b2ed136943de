import Synchronization

/// Tells whoever waits for a board's next message that it has come: one mutex, no queue of messages.
package final class Arrivals: Sendable {
    private struct Waiter {
        let after: MessageID
        let continuation: CheckedContinuation<Result<Void, BoardError>, Never>
    }

    private struct State {
        var newest: [BoardName: MessageID] = [:]
        var waiters: [BoardName: [UInt64: Waiter]] = [:]
        var nextTicket: UInt64 = 0
        var closed: BoardError?
    }

    private let state = Mutex(State())

    package init() {}

    /// Wakes everybody who waits for a message of this board up to this number.
    package func announce(_ id: MessageID, on board: BoardName) {
        let woken = state.withLock { state -> [Waiter] in
            state.newest[board] = max(id, state.newest[board] ?? 0)
            guard let waiters = state.waiters[board] else { return [] }
            let due = waiters.filter { $0.value.after < id }
            state.waiters[board] = due.count == waiters.count ? nil : waiters.filter { $0.value.after >= id }
            return Array(due.values)
        }
        for waiter in woken { waiter.continuation.resume(returning: .success(())) }
    }

    /// Ends every wait, now and later, with this error.
    package func close(_ error: BoardError) {
        let waiters = state.withLock { state in
            state.closed = error
            defer { state.waiters = [:] }
            return state.waiters.values.flatMap(\.values)
        }
        for waiter in waiters { waiter.continuation.resume(returning: .failure(error)) }
    }

    /// Waits until a message of this board with a number over `id` has been announced.
    package func wait(after id: MessageID, on board: BoardName) async throws(BoardError) {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Result<Void, BoardError>? in
                    if let closed = state.closed { return .failure(closed) }
                    if state.newest[board] ?? 0 > id { return .success(()) }
                    if Task.isCancelled { return .failure(.cancelled) }
                    state.waiters[board, default: [:]][ticket] = Waiter(after: id, continuation: continuation)
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters[board]?.removeValue(forKey: ticket) }
            waiter?.continuation.resume(returning: .failure(.cancelled))
        }.get()
    }
}
