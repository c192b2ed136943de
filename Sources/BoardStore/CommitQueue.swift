import DequeModule
import MessageBoard
import Synchronization

/// The publishes that wait for a commit. While one transaction is being synced the next one gathers: the slower the
/// disk, the more share a sync.
final class CommitQueue: Sendable {
    /// Drafts that came together, and whoever waits for their outcomes.
    struct Waiting {
        let drafts: [Draft]
        let memory: Int
        let continuation: CheckedContinuation<[Result<Publication, BoardError>], Never>

        func refuse(_ error: BoardError) {
            continuation.resume(returning: drafts.map { _ in .failure(error) })
        }
    }

    private struct State {
        var waiting: Deque<Waiting> = []
        /// Drafts in it.
        var drafts = 0
        var memory = 0
        var isDraining = false
        /// Commits of a single draft, with nothing waiting at their end, in a row.
        var loneCommits = 0
        var closed: BoardError?
    }

    private let state = Mutex(State())
    private let limits: StoreLimits
    /// Starts the one that empties the queue with ``take()``.
    private let startDraining: @Sendable (CommitQueue) -> Void
    /// Commits drafts on the calling thread, when the disk is quick enough for that; `nil` when it is not.
    private let commitHere: @Sendable ([Draft]) -> [Result<Publication, BoardError>]?

    init(
        limits: StoreLimits, commitHere: @escaping @Sendable ([Draft]) -> [Result<Publication, BoardError>]?,
        startDraining: @escaping @Sendable (CommitQueue) -> Void
    ) {
        self.limits = limits
        self.commitHere = commitHere
        self.startDraining = startDraining
    }

    /// Waits until the drafts are committed, or refused; drafts that came together are in one transaction.
    func publish(_ drafts: [Draft]) async -> [Result<Publication, BoardError>] {
        if let results = publishHere(drafts) { return results }
        return await withCheckedContinuation { continuation in
            let memory = drafts.reduce(0) { $0 + $1.body.count + 512 }
            let group = Waiting(drafts: drafts, memory: memory, continuation: continuation)
            let refusal = state.withLock { state -> BoardError? in
                if let closed = state.closed { return closed }
                guard state.drafts < limits.waitingMessages, state.memory + memory <= limits.waitingBytes else {
                    return .overloaded(reason: "\(state.drafts) messages wait for the disk; try again")
                }
                state.waiting.append(group)
                state.drafts += drafts.count
                state.memory += memory
                if !state.isDraining {
                    state.isDraining = true
                    startDraining(self)
                }
                return nil
            }
            if let refusal { group.refuse(refusal) }
        }
    }

    /// Commits a small draft on the calling thread while drafts come one at a time: waking another thread, and this one
    /// again, costs as much as a third of a quick disk's sync. When others came meanwhile, they share commits again.
    private func publishHere(_ drafts: [Draft]) -> [Result<Publication, BoardError>]? {
        guard drafts.count == 1, drafts[0].body.count <= limits.bytesCommittedHere else { return nil }
        let isMine = state.withLock { state in
            guard !state.isDraining, state.closed == nil, state.loneCommits >= limits.loneCommits else { return false }
            state.isDraining = true
            return true
        }
        guard isMine else { return nil }
        let results = commitHere(drafts)
        let othersWait = state.withLock { state in
            if state.waiting.isEmpty { state.isDraining = false } else { state.loneCommits = 0 }
            return state.isDraining
        }
        if othersWait { startDraining(self) }
        return results
    }

    /// The next batch; `nil` when nothing waits, and then draining has to be started again.
    func take() -> [Waiting]? {
        state.withLock { state in
            var batch: [Waiting] = []
            var drafts = 0
            var memory = 0
            while let next = state.waiting.first {
                let fits =
                    drafts + next.drafts.count <= limits.batchMessages && memory + next.memory <= limits.batchBytes
                guard batch.isEmpty || fits else { break }
                drafts += next.drafts.count
                memory += next.memory
                batch.append(state.waiting.removeFirst())
            }
            state.drafts -= drafts
            state.memory -= memory
            if drafts == 1 && state.waiting.isEmpty { state.loneCommits += 1 }
            if drafts > 1 || !state.waiting.isEmpty { state.loneCommits = 0 }
            if batch.isEmpty { state.isDraining = false }
            return batch.isEmpty ? nil : batch
        }
    }

    /// Refuses everything to come; what waits is still committed.
    func refuseNew(_ error: BoardError) {
        state.withLock { $0.closed = error }
    }
}
