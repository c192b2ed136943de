import DequeModule
import GRDB
import MessageBoard
import Synchronization

/// The reads of single messages that are not in memory. What waits at the same time is read in one transaction: opening
/// one costs more than finding a message.
final class ReadQueue: Sendable {
    /// Numbers that were asked for together, and who waits for their messages.
    private struct Waiting {
        let ids: [MessageID]
        let continuation: CheckedContinuation<[Result<Message, BoardError>], Never>
    }

    private struct State {
        var waiting: [Waiting] = []
        /// Numbers in it.
        var ids = 0
        var running = 0
    }

    private let state = Mutex(State())
    private let pool: DatabasePool
    private let names: BoardNames
    private let limits: StoreLimits
    private let clock: StoreClock
    private let isQuick = Atomic(true)

    init(pool: DatabasePool, names: BoardNames, limits: StoreLimits, clock: StoreClock) {
        self.clock = clock
        self.pool = pool
        self.names = names
        self.limits = limits
    }

    /// One result a number, in order.
    ///
    /// A few are read on the asking thread while reads are quick, which is while the kernel has the pages: waking another
    /// thread would cost several times the read.
    func messages(_ ids: [MessageID]) async -> [Result<Message, BoardError>] {
        if ids.count <= limits.messagesReadHere && isQuick.load(ordering: .relaxed) { return readHere(ids) }
        return await withCheckedContinuation { continuation in
            let (isRefused, starts) = state.withLock { state in
                guard state.ids < limits.waitingReads else { return (true, false) }
                state.waiting.append(Waiting(ids: ids, continuation: continuation))
                state.ids += ids.count
                guard state.running < limits.concurrentReads else { return (false, false) }
                state.running += 1
                return (false, true)
            }
            if isRefused {
                let reason = "\(limits.waitingReads) reads wait for the disk; try again"
                continuation.resume(returning: ids.map { _ in .failure(.overloaded(reason: reason)) })
            }
            if starts { readNext() }
        }
    }

    /// Reads until nothing waits. Each round has its own snapshot, taken after the last of its numbers came.
    private func readNext() {
        pool.asyncRead { [self] database in
            let round = state.withLock { state in
                defer {
                    state.waiting = []
                    state.ids = 0
                }
                return state.waiting
            }
            for group in round { group.continuation.resume(returning: read(group.ids, database)) }
            let goesOn = state.withLock { state in
                if state.waiting.isEmpty { state.running -= 1 }
                return !state.waiting.isEmpty
            }
            if goesOn { readNext() }
        }
    }

    private func readHere(_ ids: [MessageID]) -> [Result<Message, BoardError>] {
        do {
            // Single rows need no snapshot, whose transaction costs more than the read.
            return try pool.unsafeRead { read(ids, .success($0)) }
        } catch {
            return ids.map { .failure(BoardError(reading: $0, error)) }
        }
    }

    private func read(_ ids: [MessageID], _ database: Result<Database, any Error>) -> [Result<Message, BoardError>] {
        let begin = clock.uptime()
        defer {
            let longest = Duration.microseconds(limits.quickReadMicroseconds) * max(1, ids.count)
            isQuick.store(clock.uptime() - begin <= longest, ordering: .relaxed)
        }
        do {
            return try StoreReader(database.get(), names: names).messages(ids)
        } catch {
            return ids.map { .failure(BoardError(reading: $0, error)) }
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
