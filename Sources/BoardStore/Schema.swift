import GRDB

/// The tables, by numbered migrations: a new version adds one and never changes an old one.
enum Schema {
    /// The newest number that this version knows.
    static let version = 1
    /// Marks the file as ours ("mbrd"); SQLite keeps it in the header.
    static let applicationID = 0x6D62_7264

    static func migrate(_ writer: some DatabaseWriter, path: String) throws {
        let found = try writer.read { database in
            (
                version: try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0,
                application: try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0,
                // GRDB's own tables come first: a start that was killed may have made no more.
                tables: try Int.fetchOne(
                    database, sql: "SELECT count(*) FROM sqlite_master WHERE name NOT LIKE '%grdb%'")
                    ?? 0
            )
        }
        guard found.version <= version else {
            throw StoreError.newerSchema(path: path, found: found.version, known: version)
        }
        guard found.tables == 0 || found.application == applicationID else {
            throw StoreError.damaged(path: path, reason: "it is not the database of a board")
        }
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1", migrate: first)
        guard try !writer.read(migrator.hasBeenSuperseded) else {
            throw StoreError.newerSchema(path: path, found: found.version + 1, known: version)
        }
        try migrator.migrate(writer)
    }

    /// - `board.newest`: the highest number ever given on the board, so that none is given twice.
    /// - `message.previous`: the number before it on its board. The chain shows when a message is missing, whatever
    ///   became of the index.
    /// - `message.request`: see `Draft.requestKey`.
    /// - `deleted`: what the chain needs of a message that is gone, kept by a trigger whoever deletes.
    private static func first(_ database: Database) throws {
        try database.execute(
            sql: """
                PRAGMA application_id = \(applicationID);
                PRAGMA user_version = 1;
                CREATE TABLE board (
                    number INTEGER PRIMARY KEY,
                    name TEXT NOT NULL UNIQUE,
                    newest INTEGER NOT NULL
                ) STRICT;
                CREATE TABLE message (
                    id INTEGER PRIMARY KEY,
                    board INTEGER NOT NULL,
                    previous INTEGER NOT NULL,
                    time INTEGER NOT NULL,
                    address TEXT NOT NULL,
                    port INTEGER NOT NULL,
                    road TEXT NOT NULL,
                    author TEXT,
                    attributes BLOB,
                    body BLOB NOT NULL,
                    request BLOB,
                    checksum INTEGER NOT NULL
                ) STRICT;
                CREATE INDEX message_by_board ON message (board);
                CREATE INDEX message_by_request ON message (request) WHERE request IS NOT NULL;
                CREATE TABLE deleted (
                    id INTEGER PRIMARY KEY,
                    previous INTEGER NOT NULL
                ) STRICT;
                CREATE TRIGGER message_deleted AFTER DELETE ON message BEGIN
                    INSERT INTO deleted (id, previous) VALUES (old.id, old.previous);
                END;
                """)
    }
}
