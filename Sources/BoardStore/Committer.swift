import GRDB
import GRDBSQLite
import Logging
import MessageBoard
import Synchronization

/// Empties the commit queue on the writer's connection: commits a batch, then tells everybody whom it concerns.
final class Committer: Sendable {
    private let writer: Mutex<BatchWriter>
    /// Why the store has ended.
    private let end = Mutex<StoreError?>(nil)
    private let quick = Atomic(true)
    private let clock: StoreClock
    private let mark: AcknowledgedMark
    private let durability: Durability
    private let path: String
    private let limits: StoreLimits
    private let tail: TailCache
    private let names: BoardNames
    private let arrivals: Arrivals
    private let logger: Logger
    /// Called once, when the store cannot go on.
    private let fail: @Sendable (StoreError) -> Void

    init(
        writer: BatchWriter, clock: StoreClock, mark: consuming AcknowledgedMark, durability: Durability, path: String,
        limits: StoreLimits, tail: TailCache, names: BoardNames, arrivals: Arrivals, logger: Logger,
        fail: @escaping @Sendable (StoreError) -> Void
    ) {
        self.writer = Mutex(writer)
        self.clock = clock
        self.mark = mark
        self.durability = durability
        self.path = path
        self.limits = limits
        self.tail = tail
        self.names = names
        self.arrivals = arrivals
        self.logger = logger
        self.fail = fail
    }

    /// Commits batches until nothing waits, or until the store fails.
    func drain(_ queue: CommitQueue, _ database: Database) {
        while let batch = queue.take() {
            var results = commit(batch.flatMap(\.drafts), database)[...]
            for group in batch {
                group.continuation.resume(returning: Array(results.prefix(group.drafts.count)))
                results = results.dropFirst(group.drafts.count)
            }
        }
    }

    /// Commits drafts in one transaction, and shows the messages to readers; one result a draft, in order.
    func commit(_ drafts: [Draft], _ database: Database) -> [Result<Publication, BoardError>] {
        if let ended = end.withLock({ $0 }) {
            return drafts.map { _ in .failure(.unavailable(reason: "\(ended)")) }
        }
        let begin = clock.uptime()
        do throws(DatabaseError) {
            let written = try writer.withLock { writer throws(DatabaseError) in
                try writer.write(drafts, to: database)
            }
            for board in written.newBoards { names.add(board.name, number: board.number) }
            show(written.outcomes)
            copyLogIfLong(database)
            let took = clock.uptime() - begin
            quick.store(took <= .microseconds(limits.quickCommitMicroseconds), ordering: .relaxed)
            return written.outcomes.map(\.result)
        } catch {
            let answer = answer(to: error, drafts.count)
            return drafts.map { _ in .failure(answer) }
        }
    }

    /// Whether the last commit took so little time that a reading thread may be asked for the next.
    var isQuick: Bool { quick.load(ordering: .relaxed) }

    private func show(_ outcomes: [BatchWriter.Outcome]) {
        let stored = outcomes.compactMap { outcome in
            if case .published(let stored) = outcome { stored } else { nil }
        }
        if let newest = stored.last, durability == .full { mark.write(newest.message.id) }
        var newest: [BoardName: MessageID] = [:]
        for (one, next) in zip(stored, stored.dropFirst()) where one.message.board != next.message.board {
            newest[one.message.board] = one.message.id
        }
        if let last = stored.last { newest[last.message.board] = last.message.id }
        tail.append(stored, newest: newest)
        for (board, id) in newest { arrivals.announce(id, on: board) }
    }

    private func answer(to error: DatabaseError, _ messages: Int) -> BoardError {
        let reason = error.message ?? "\(error.resultCode)"
        logger.error(
            "a commit failed",
            metadata: [
                "messages": "\(messages)", "reason": "\(reason)", "code": "\(error.extendedResultCode.rawValue)",
            ])
        quick.store(false, ordering: .relaxed)
        endIfNeeded(error)
        return switch error.resultCode {
        case .SQLITE_FULL: .full(reason: "the disk of \(path) is full")
        default: .unavailable(reason: "the store could not write: \(reason)")
        }
    }

    /// Ends the store when the error leaves no way on: nothing is committed or acknowledged from here.
    private func endIfNeeded(_ error: DatabaseError) {
        guard let final = StoreError(ending: error, path: path) else { return }
        let isFirst = end.withLock { end in
            defer { end = end ?? final }
            return end == nil
        }
        if isFirst { fail(final) }
    }

    /// Copies the log into the database once it has grown to its bound, so that it can be overwritten from the start.
    ///
    /// Not left to SQLite, which would pass over a failed sync.
    private func copyLogIfLong(_ database: Database) {
        let connection = database.sqliteConnection
        var pages: Int32 = 0
        var highest: Int32 = 0
        sqlite3_db_status(connection, SQLITE_DBSTATUS_CACHE_WRITE, &pages, &highest, 0)
        guard pages >= limits.logPages else { return }
        sqlite3_db_status(connection, SQLITE_DBSTATUS_CACHE_WRITE, &pages, &highest, 1)
        let code = sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        guard code != SQLITE_OK && code & 0xFF != SQLITE_BUSY else { return }
        let error = DatabaseError(resultCode: ResultCode(rawValue: code))
        logger.error("copying the log into the database failed; it stays in the log", metadata: ["code": "\(code)"])
        endIfNeeded(error)
    }

    /// The highest number committed so far.
    var newestID: MessageID { writer.withLock { $0.newestID } }

    /// Notes that everything up to this number is on disk: for whoever syncs when ``Durability/relaxed``.
    func markSynced(_ id: MessageID) {
        mark.write(id)
    }
}

extension StoreError {
    /// The end of the store, if this error is one: a failed sync leaves unknown what is on disk, and a damaged database
    /// cannot be written to.
    init?(ending error: DatabaseError, path: String) {
        switch error.extendedResultCode {
        case .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC:
            self = .syncFailed(path: path, reason: error.message ?? "I/O error")
        case _ where error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB:
            self = .damaged(path: path, reason: error.message ?? "SQLite cannot read it")
        default: return nil
        }
    }
}
