import GRDB
import GRDBSQLite
import Logging
import MessageBoard
import Synchronization

/// Empties the commit queue on the writer's connection: commits a batch, then tells everybody whom it concerns.
final class Committer: Sendable {
    private let writer: Mutex<BatchWriter>
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
        writer: BatchWriter, mark: consuming AcknowledgedMark, durability: Durability, path: String,
        limits: StoreLimits, tail: TailCache, names: BoardNames, arrivals: Arrivals, logger: Logger,
        fail: @escaping @Sendable (StoreError) -> Void
    ) {
        self.writer = Mutex(writer)
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
            do throws(DatabaseError) {
                let written = try writer.withLock { writer throws(DatabaseError) in
                    try writer.write(batch.map(\.draft), to: database)
                }
                for board in written.newBoards { names.add(board.name, number: board.number) }
                deliver(written.outcomes, to: batch)
                copyLogIfLong(database, queue)
            } catch {
                refuse(batch, queue, error)
            }
        }
    }

    private func deliver(_ outcomes: [BatchWriter.Outcome], to batch: [CommitQueue.Waiting]) {
        let stored = outcomes.compactMap { outcome in
            if case .published(let stored) = outcome { stored } else { nil }
        }
        if let newest = stored.last, durability == .full { mark.write(newest.message.id) }
        tail.append(stored)
        var newest: [BoardName: MessageID] = [:]
        for one in stored { newest[one.message.board] = one.message.id }
        for (board, id) in newest { arrivals.announce(id, on: board) }
        for (outcome, one) in zip(outcomes, batch) {
            let result: Result<Publication, BoardError> =
                switch outcome {
                case .published(let stored):
                    .success(Publication(id: stored.message.id, time: stored.message.time, isRepeat: false))
                case .repeated(let first): .success(first)
                case .refused(let error): .failure(error)
                }
            one.continuation.resume(returning: result)
        }
    }

    private func refuse(_ batch: [CommitQueue.Waiting], _ queue: CommitQueue, _ error: DatabaseError) {
        let reason = error.message ?? "\(error.resultCode)"
        logger.error(
            "a commit failed",
            metadata: [
                "messages": "\(batch.count)", "reason": "\(reason)", "code": "\(error.extendedResultCode.rawValue)",
            ])
        let answer: BoardError =
            switch error.resultCode {
            case .SQLITE_FULL: .full(reason: "the disk of \(path) is full")
            default: .unavailable(reason: "the store could not write: \(reason)")
            }
        if let end = StoreError(ending: error, path: path) {
            fail(end)
            queue.close(.unavailable(reason: "\(end)"))
        }
        for one in batch { one.continuation.resume(returning: .failure(answer)) }
    }

    /// Copies the log into the database once it has grown to its bound, so that it can be overwritten from the start.
    ///
    /// Not left to SQLite, which would pass over a failed sync.
    private func copyLogIfLong(_ database: Database, _ queue: CommitQueue) {
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
        if let end = StoreError(ending: error, path: path) {
            fail(end)
            queue.close(.unavailable(reason: "\(end)"))
        }
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
