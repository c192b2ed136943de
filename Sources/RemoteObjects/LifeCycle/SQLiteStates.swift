public import Foundation
import GRDB

/// States in a file, which outlive the process: durable when ``save(_:of:)`` returns.
public struct SQLiteStates: StateStore {
    private let database: DatabaseQueue

    /// Opens the file, or makes it.
    ///
    /// - Throws: what SQLite says.
    public init(path: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        database = try DatabaseQueue(path: path, configuration: configuration)
        try database.write { database in
            try database.execute(
                sql: "CREATE TABLE IF NOT EXISTS states (object TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID")
        }
    }

    /// The state that was saved last; `nil` when none was.
    public func load(_ object: String) async throws -> Data? {
        try await database.read {
            try Data.fetchOne($0, sql: "SELECT state FROM states WHERE object = ?", arguments: [object])
        }
    }

    /// Keeps a state in place of the one before.
    public func save(_ state: Data, of object: String) async throws {
        try await database.write { database in
            try database.execute(
                sql: "INSERT INTO states VALUES (?, ?) ON CONFLICT DO UPDATE SET state = excluded.state",
                arguments: [object, state])
        }
    }

    /// Forgets a state.
    public func remove(_ object: String) async throws {
        try await database.write { try $0.execute(sql: "DELETE FROM states WHERE object = ?", arguments: [object]) }
    }
}
