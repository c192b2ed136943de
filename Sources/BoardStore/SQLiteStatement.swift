import GRDB
import GRDBSQLite

/// One of GRDB's prepared statements, run without GRDB's conversions: they cost more than the insert of a short message.
struct SQLiteStatement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer

    /// The statement from the connection's cache, good until the closure that was given the database returns.
    init(_ database: Database, _ sql: String) throws {
        handle = try database.cachedStatement(sql: sql).sqliteStatement
        connection = database.sqliteConnection!  // there as long as the database is open, which it is here
    }

    /// Makes it ready for the next run.
    func reset() {
        sqlite3_reset(handle)
    }

    func bind(_ value: Int64, at index: Int32) { sqlite3_bind_int64(handle, index, value) }

    func bind(_ value: String?, at index: Int32) {
        guard var value else { return bindNull(at: index) }
        value.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { bytes in
                _ = sqlite3_bind_text(handle, index, bytes.baseAddress, Int32(bytes.count), Self.copied)
            }
        }
    }

    func bind(_ value: [UInt8]?, at index: Int32) {
        guard let value else { return bindNull(at: index) }
        if value.isEmpty {
            _ = sqlite3_bind_zeroblob(handle, index, 0)
        } else {
            _ = sqlite3_bind_blob(handle, index, value, Int32(value.count), Self.copied)
        }
    }

    /// Binds bytes without copying them: they have to stay until the run is over.
    func bind(borrowing bytes: UnsafeBufferPointer<UInt8>, at index: Int32) {
        if bytes.isEmpty {
            _ = sqlite3_bind_zeroblob(handle, index, 0)
        } else {
            _ = sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), nil)
        }
    }

    private func bindNull(at index: Int32) { sqlite3_bind_null(handle, index) }

    /// Goes to the next row; `false` when there is none.
    func step() throws(DatabaseError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let error = DatabaseError(
                resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)))
            sqlite3_reset(handle)
            throw error
        }
    }

    func integer(at column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func isNull(at column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func bytes(at column: Int32) -> [UInt8] {
        let start = sqlite3_column_blob(handle, column)
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// A text; bytes that are not UTF-8 come as replacement characters, which the message's checksum notices.
    func text(at column: Int32) -> String {
        let start = sqlite3_column_blob(handle, column)
        return String(
            decoding: UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))),
            as: UTF8.self)
    }

    /// SQLITE_TRANSIENT: SQLite makes its own copy. The macro is a cast that Swift does not import.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}
