import Foundation
import GRDB

/// Keeps names in an SQLite file, which is this store's alone while it is open. What was saved survives a kill and a power cut.
public struct SQLiteNameStore: NameStore {
    private static let schema = 1
    /// `mbns`: the file is one of a name server.
    private static let applicationID = 0x6D62_6E73

    private let path: String
    private let database: DatabaseQueue

    /// Opens the file; makes it, and the directories above it for their owner alone, when they are not there.
    ///
    /// - Throws: ``NameStoreError``.
    public init(path: String) throws(NameStoreError) {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw .inaccessible(path: path, reason: error.localizedDescription)
        }
        do {
            var configuration = GRDB.Configuration()
            configuration.label = "mboard names"
            configuration.journalMode = .wal
            configuration.prepareDatabase { database in
                // Before the log is first looked at: a second process is told that the file is in use.
                try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            }
            database = try DatabaseQueue(path: path, configuration: configuration)
            try database.writeWithoutTransaction { try Self.prepare($0, path) }
        } catch {
            throw Self.storeError(error, path)
        }
    }

    /// All names.
    public func load() async throws -> [String: NameRecord] {
        do {
            return try await database.read { database in
                var names: [String: NameRecord] = [:]
                for row in try Row.fetchAll(database, sql: "SELECT name, uri, metadata FROM name") {
                    let metadata = try JSONDecoder().decode(Set<String>.self, from: row["metadata"] as Data)
                    guard let record = NameRecord(row["uri"], metadata: metadata) else {
                        throw NameStoreError.damaged(path: path, reason: "a name has an impossible URI")
                    }
                    names[row["name"]] = record
                }
                return names
            }
        } catch {
            throw Self.storeError(error, path)
        }
    }

    /// Writes them in one transaction, and syncs.
    public func save(_ changes: [String: NameRecord?]) async throws {
        do {
            try await database.write { database in
                for (name, record) in changes {
                    guard let record else {
                        try database.execute(
                            cachedSQL: "DELETE FROM name WHERE name = ?", arguments: [name])
                        continue
                    }
                    let metadata = try JSONEncoder().encode(record.metadata.sorted())
                    try database.execute(
                        cachedSQL: "INSERT OR REPLACE INTO name (name, uri, metadata) VALUES (?, ?, ?)",
                        arguments: [name, record.text, metadata])
                }
            }
        } catch {
            throw Self.storeError(error, path)
        }
    }

    /// Lets others have the file. Nothing can be saved afterwards.
    public func close() throws { try database.close() }

    private static func prepare(_ database: Database, _ path: String) throws {
        let number = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        guard number == applicationID || tables == 0 else {
            throw NameStoreError.damaged(path: path, reason: "it is a database of another program")
        }
        guard version <= schema else {
            throw NameStoreError.newerSchema(path: path, found: version, known: schema)
        }
        // GRDB has set this to NORMAL, which loses what was acknowledged when the power fails.
        try database.execute(sql: "PRAGMA synchronous = FULL")
        let level = try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? -1
        guard level == 2 else {
            throw NameStoreError.inaccessible(path: path, reason: "SQLite did not take synchronous=FULL")
        }
        guard tables == 0 else { return }
        try database.inTransaction {
            try database.execute(
                sql: """
                    PRAGMA application_id = \(applicationID);
                    PRAGMA user_version = \(schema);
                    CREATE TABLE name (
                        name TEXT PRIMARY KEY,
                        uri TEXT NOT NULL,
                        metadata BLOB NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """)
            return .commit
        }
    }

    private static func storeError(_ error: any Error, _ path: String) -> NameStoreError {
        switch error {
        case let error as NameStoreError: error
        case let error as DatabaseError:
            switch error.resultCode {
            case .SQLITE_BUSY: .inUse(path: path)
            case .SQLITE_NOTADB, .SQLITE_CORRUPT: .damaged(path: path, reason: error.message ?? "\(error.resultCode)")
            default: .inaccessible(path: path, reason: error.message ?? "\(error.resultCode)")
            }
        case is DecodingError: .damaged(path: path, reason: "a name has metadata that cannot be read")
        default: .inaccessible(path: path, reason: "\(error)")
        }
    }
}

extension Database {
    /// Runs a statement that is parsed once for as long as the connection lasts.
    fileprivate func execute(cachedSQL sql: String, arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
