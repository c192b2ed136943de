import DequeModule
import GRDB
import MessageBoard
import Synchronization

/// The reads of single messages that are not in memory. What waits at the same time is read in one transaction: opening
/// one costs more than finding a message.
final class ReadQueue: Sendable {
    private struct Waiting {
        let id: MessageID
        let continuation: CheckedContinuation<Result<Message, BoardError>, Never>
    }

    private struct State {
        var waiting: [Waiting] = []
        var running = 0
    }

    private let state = Mutex(State())
    private let pool: DatabasePool
    private let names: BoardNames
    private let limits: StoreLimits

    init(pool: DatabasePool, names: BoardNames, limits: StoreLimits) {
        self.pool = pool
        self.names = names
        self.limits = limits
    }

    func message(_ id: MessageID) async throws(BoardError) -> Message {
        try await withCheckedContinuation { continuation in
            let (isRefused, starts) = state.withLock { state in
                guard state.waiting.count < limits.waitingReads else { return (true, false) }
                state.waiting.append(Waiting(id: id, continuation: continuation))
                guard state.running < limits.concurrentReads else { return (false, false) }
                state.running += 1
                return (false, true)
            }
            if isRefused {
                let reason = "\(limits.waitingReads) reads wait for the disk; try again"
                continuation.resume(returning: .failure(.overloaded(reason: reason)))
            }
            if starts { readNext() }
        }.get()
    }

    /// Reads groups until nothing waits. Each group has its own snapshot, taken after its last member came.
    private func readNext() {
        pool.asyncRead { [self] database in
            let group = state.withLock { state in
                defer { state.waiting = [] }
                return state.waiting
            }
            let results: [Result<Message, BoardError>]
            do {
                results = try StoreReader(database.get(), names: names).messages(group.map(\.id))
            } catch {
                results = group.map { .failure(BoardError(reading: $0.id, error)) }
            }
            for (one, result) in zip(group, results) { one.continuation.resume(returning: result) }
            let goesOn = state.withLock { state in
                if state.waiting.isEmpty { state.running -= 1 }
                return !state.waiting.isEmpty
            }
            if goesOn { readNext() }
        }
    }
}

extension BoardError {
    /// What a failed read of the database means to the one who asked.
    init(reading id: MessageID?, _ error: any Error) {
        switch error {
        case let error as BoardError: self = error
        case is CancellationError: self = .cancelled
        case let error as DatabaseError:
            let isDamage = [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
            self =
                if isDamage, let id {
                    .messageDamaged(id, reason: "the database around it cannot be read")
                } else if isDamage { .unavailable(reason: "the database cannot be read there: it is damaged") } else {
                    .unavailable(reason: "the database cannot be read: \(error.message ?? "\(error.resultCode)")")
                }
        default: self = .unavailable(reason: "\(error)")
        }
    }
}
