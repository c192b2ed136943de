import GRDB
import GRDBSQLite
import MessageBoard

/// The steps of opening a database: each fails with what a person has to know.
enum StoreOpening {
    /// Opens the database, with durability that was read back from the connection that writes.
    static func open(_ path: String, durability: Durability) throws(StoreError) -> DatabasePool {
        do {
            var configuration = GRDB.Configuration()
            configuration.label = "mboard store"
            configuration.maximumReaderCount = 4
            configuration.busyMode = .timeout(5)
            configuration.prepareDatabase { database in
                var keep: Int32 = 1
                sqlite3_file_control(database.sqliteConnection, nil, SQLITE_FCNTL_PERSIST_WAL, &keep)
                try database.execute(sql: "PRAGMA cache_size = -2048; PRAGMA journal_size_limit = 67108864;")
            }
            let pool = try DatabasePool(path: path, configuration: configuration)
            try Schema.migrate(pool, path: path)
            try setDurability(durability, on: pool, path: path)
            return pool
        } catch {
            throw storeError(error, path)
        }
    }

    /// GRDB's pool sets `synchronous` by itself when it opens, so this comes after, and is read back.
    private static func setDurability(_ durability: Durability, on pool: DatabasePool, path: String) throws {
        let level = try pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = \(durability == .full ? "FULL" : "NORMAL")")
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -8192;")
            return try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? -1
        }
        guard durability != .full || level == 2 || level == 3 else {
            throw StoreError.inaccessible(path: path, reason: "SQLite did not take synchronous=FULL (it says \(level))")
        }
    }

    /// Checks the whole structure when the database is small enough for that to take no noticeable time.
    static func checkStructure(_ pool: DatabasePool, path: String, limits: StoreLimits) throws(StoreError) {
        do {
            let problem = try pool.read { database -> String? in
                let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
                guard pages * 4_096 <= limits.wholeCheckBytes else { return nil }
                let report = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)")
                return report == "ok" ? nil : report ?? "the check gave no result"
            }
            if let problem { throw StoreError.damaged(path: path, reason: problem) }
        } catch {
            throw storeError(error, path)
        }
    }

    /// The boards' rows, compared with the messages: a newest number has to be there, or to be among the deleted ones.
    static func boards(_ pool: DatabasePool, path: String) throws(StoreError) -> [BoardName: BatchWriter.BoardRow] {
        do {
            return try pool.read { database in
                var boards: [BoardName: BatchWriter.BoardRow] = [:]
                for row in try Row.fetchAll(database, sql: "SELECT number, name, newest FROM board") {
                    guard let name = BoardName(row["name"] as String) else {
                        throw StoreError.damaged(path: path, reason: "a board has an impossible name")
                    }
                    boards[name] = BatchWriter.BoardRow(number: row["number"], newest: row["newest"])
                    try checkNewest(row["newest"], of: name, database, path)
                }
                let highest = try MessageID.fetchOne(database, sql: "SELECT max(id) FROM message") ?? 0
                let known = boards.values.map(\.newest).max() ?? 0
                guard highest <= known else {
                    throw StoreError.damaged(path: path, reason: "message \(highest) is newer than its board says")
                }
                return boards
            }
        } catch {
            throw storeError(error, path)
        }
    }

    private static func checkNewest(
        _ newest: MessageID, of name: BoardName, _ database: Database, _ path: String
    ) throws {
        let isThere = try Bool.fetchOne(
            database,
            sql: "SELECT EXISTS (SELECT 1 FROM message WHERE id = ?1) OR EXISTS (SELECT 1 FROM deleted WHERE id = ?1)",
            arguments: [newest])
        guard isThere == true else {
            throw StoreError.damaged(path: path, reason: "message \(newest), the newest of board \(name), is missing")
        }
    }

    /// Compares the newest number with the one that was acknowledged last.
    static func checkNothingAcknowledgedIsLost(
        newest: MessageID, acknowledged: MessageID?, path: String, markPath: String
    ) throws(StoreError) {
        guard let acknowledged, acknowledged > newest else { return }
        throw .damaged(
            path: path,
            reason: "it ends at message \(newest), but message \(acknowledged) was acknowledged. "
                + "If this is a backup that you restored on purpose, delete \(markPath)")
    }

    private static func storeError(_ error: any Error, _ path: String) -> StoreError {
        switch error {
        case let error as StoreError: error
        case let error as DatabaseError:
            StoreError(ending: error, path: path)
                ?? .inaccessible(path: path, reason: error.message ?? "\(error.resultCode)")
        default: .inaccessible(path: path, reason: "\(error)")
        }
    }
}
