import DequeModule
import MessageBoard
import Synchronization

/// The publishes that wait for a commit. While one transaction is being synced the next one gathers: the slower the
/// disk, the more share a sync.
final class CommitQueue: Sendable {
    /// A draft and whoever waits for its outcome.
    struct Waiting {
        let draft: Draft
        let memory: Int
        let continuation: CheckedContinuation<Result<Publication, BoardError>, Never>
    }

    private struct State {
        var waiting: Deque<Waiting> = []
        var memory = 0
        var isDraining = false
        var closed: BoardError?
    }

    private let state = Mutex(State())
    private let limits: StoreLimits
    /// Starts the one that empties the queue with ``take()``.
    private let startDraining: @Sendable (CommitQueue) -> Void

    init(limits: StoreLimits, startDraining: @escaping @Sendable (CommitQueue) -> Void) {
        self.limits = limits
        self.startDraining = startDraining
    }

    /// Waits until the draft is committed, or refused.
    func publish(_ draft: Draft) async throws(BoardError) -> Publication {
        try await withCheckedContinuation { continuation in
            let memory = draft.body.count + 512
            let refusal = state.withLock { state -> BoardError? in
                if let closed = state.closed { return closed }
                guard state.waiting.count < limits.waitingMessages, state.memory + memory <= limits.waitingBytes else {
                    return .overloaded(reason: "\(state.waiting.count) messages wait for the disk; try again")
                }
                state.waiting.append(Waiting(draft: draft, memory: memory, continuation: continuation))
                state.memory += memory
                if !state.isDraining {
                    state.isDraining = true
                    startDraining(self)
                }
                return nil
            }
            if let refusal { continuation.resume(returning: .failure(refusal)) }
        }.get()
    }

    /// The next batch; `nil` when nothing waits, and then draining has to be started again.
    func take() -> [Waiting]? {
        state.withLock { state in
            var batch: [Waiting] = []
            var memory = 0
            while let next = state.waiting.first, batch.count < limits.batchMessages {
                if !batch.isEmpty && memory + next.memory > limits.batchBytes { break }
                memory += next.memory
                batch.append(state.waiting.removeFirst())
            }
            state.memory -= memory
            if batch.isEmpty { state.isDraining = false }
            return batch.isEmpty ? nil : batch
        }
    }

    /// Refuses everything that waits and everything to come.
    func close(_ error: BoardError) {
        let waiting = state.withLock { state in
            state.closed = error
            state.memory = 0
            defer { state.waiting = [] }
            return state.waiting
        }
        for one in waiting { one.continuation.resume(returning: .failure(error)) }
    }

    /// Refuses everything to come; what waits is still committed.
    func refuseNew(_ error: BoardError) {
        state.withLock { $0.closed = error }
    }
}
