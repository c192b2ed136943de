import GRDB
import MessageBoard

/// Turns drafts into rows, many in one transaction.
///
/// What it knows of the boards changes only when a transaction is committed, so that a failed one leaves no trace.
struct BatchWriter {
    /// A board's row.
    struct BoardRow {
        var number: Int64
        var newest: MessageID
    }

    /// What became of one draft.
    enum Outcome {
        case published(StoredMessage)
        case repeated(Publication)
        case refused(BoardError)

        /// What the publisher is told.
        var result: Result<Publication, BoardError> {
            switch self {
            case .published(let stored):
                .success(Publication(id: stored.message.id, time: stored.message.time, isRepeat: false))
            case .repeated(let first): .success(first)
            case .refused(let error): .failure(error)
            }
        }
    }

    /// What a committed transaction did.
    struct Written {
        /// One a draft, in order.
        var outcomes: [Outcome] = []
        var newBoards: [(name: BoardName, number: Int64)] = []
    }

    private var boards: [BoardName: BoardRow]
    private var newest: MessageID
    private var window: RequestWindow
    private let clock: StoreClock
    private let maximumBoards: Int

    init(boards: [BoardName: BoardRow], clock: StoreClock, maximumBoards: Int) {
        self.boards = boards
        self.clock = clock
        self.maximumBoards = maximumBoards
        newest = boards.values.map(\.newest).max() ?? 0
        window = RequestWindow(newest: newest, uptime: clock.uptime())
    }

    /// The highest number ever given.
    var newestID: MessageID { newest }

    /// Writes the drafts and commits.
    ///
    /// - Throws: what SQLite says. Nothing was written then, unless a sync failed: then nobody knows.
    mutating func write(_ drafts: [Draft], to database: Database) throws(DatabaseError) -> Written {
        window.advance(newest: newest, uptime: clock.uptime())
        var transaction = self
        do {
            try Self.run("BEGIN IMMEDIATE", database)
            let written = try transaction.insert(drafts, into: database)
            try Self.run("COMMIT", database)
            self = transaction
            return written
        } catch {
            if database.isInsideTransaction {
                // SQLite has rolled back by itself after most errors; the first error is the one that matters.
                try? database.rollback()
            }
            throw error as? DatabaseError ?? DatabaseError(message: "\(error)")
        }
    }

    private static func run(_ sql: String, _ database: Database) throws {
        let statement = try SQLiteStatement(database, sql)
        defer { statement.reset() }
        _ = try statement.step()
    }

    private mutating func insert(_ drafts: [Draft], into database: Database) throws -> Written {
        let statements = try Statements(database)
        /// The board of the draft before, which most often is the next one's too.
        var current: (name: BoardName, row: BoardRow)?
        var touched: [BoardName: BoardRow] = [:]
        var written = Written()
        written.outcomes.reserveCapacity(drafts.count)
        for draft in drafts {
            let now = clock.now()
            let key = draft.requestKey
            if let key, let first = try firstPublication(of: key, statements.findRequest) {
                written.outcomes.append(.repeated(first))
                continue
            }
            if current?.name != draft.board {
                if let current { touched[current.name] = current.row }
                current = try (touched[draft.board] ?? boards[draft.board] ?? newBoard(draft.board, database, &written))
                    .map { (draft.board, $0) }
            }
            guard let board = current?.row else {
                written.outcomes.append(.refused(.full(reason: "the server has its limit of \(maximumBoards) boards")))
                continue
            }
            let stored = StoredMessage(message: Message(draft, id: newest + 1, time: now), previous: board.newest)
            try statements.insert(stored, board: board.number, request: key)
            newest += 1
            current?.row.newest = newest
            written.outcomes.append(.published(stored))
        }
        if let current { touched[current.name] = current.row }
        for (name, row) in touched where row.newest > boards[name]?.newest ?? 0 {
            try statements.setNewest(of: row)
            boards[name] = row
        }
        return written
    }

    private mutating func newBoard(_ name: BoardName, _ database: Database, _ written: inout Written) throws
        -> BoardRow?
    {
        guard boards.count < maximumBoards else { return nil }
        try database.execute(sql: "INSERT INTO board (name, newest) VALUES (?, 0)", arguments: [name.text])
        let row = BoardRow(number: database.lastInsertedRowID, newest: 0)
        boards[name] = row
        written.newBoards.append((name, row.number))
        return row
    }

    private func firstPublication(of key: [UInt8], _ find: SQLiteStatement) throws(DatabaseError) -> Publication? {
        find.reset()
        find.bind(key, at: 1)
        defer { find.reset() }
        guard try find.step() else { return nil }
        let first = Publication(
            id: find.integer(at: 0), time: Timestamp(microseconds: find.integer(at: 1)), isRepeat: true)
        return window.recognises(first.id) ? first : nil
    }
}

/// The writer's prepared statements.
private struct Statements {
    let findRequest: SQLiteStatement
    private let insertMessage: SQLiteStatement
    private let updateBoard: SQLiteStatement

    init(_ database: Database) throws {
        findRequest = try SQLiteStatement(
            database, "SELECT id, time FROM message WHERE request = ? ORDER BY id DESC LIMIT 1")
        insertMessage = try SQLiteStatement(
            database,
            """
            INSERT INTO message
                (id, board, previous, time, address, port, road, author, attributes, body, request, checksum)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        updateBoard = try SQLiteStatement(database, "UPDATE board SET newest = ? WHERE number = ?")
    }

    func insert(_ stored: StoredMessage, board: Int64, request: [UInt8]?) throws(DatabaseError) {
        let message = stored.message
        let row = insertMessage
        row.reset()
        row.bind(message.id, at: 1)
        row.bind(board, at: 2)
        row.bind(stored.previous, at: 3)
        row.bind(message.time.microseconds, at: 4)
        row.bind(message.origin.address, at: 5)
        row.bind(Int64(message.origin.port), at: 6)
        row.bind(message.origin.road.name, at: 7)
        row.bind(message.author, at: 8)
        row.bind(message.attributes.isEmpty ? nil : message.attributes.json, at: 9)
        row.bind(request, at: 11)
        row.bind(Int64(stored.checksum), at: 12)
        // The body stays where it is: SQLite reads it during the step, and lets go of it at the reset.
        let failure = message.body.withUnsafeBufferPointer { body -> DatabaseError? in
            defer { row.reset() }
            row.bind(borrowing: body, at: 10)
            do throws(DatabaseError) { _ = try row.step() } catch { return error }
            return nil
        }
        if let failure { throw failure }
    }

    func setNewest(of board: BatchWriter.BoardRow) throws(DatabaseError) {
        updateBoard.reset()
        updateBoard.bind(board.newest, at: 1)
        updateBoard.bind(board.number, at: 2)
        _ = try updateBoard.step()
        updateBoard.reset()
    }
}
