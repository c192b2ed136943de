import GRDB
import MessageBoard

/// Reads messages from the database, and notices what is damaged or missing.
struct StoreReader {
    private let database: Database
    private let names: BoardNames

    init(_ database: Database, names: BoardNames) {
        self.database = database
        self.names = names
    }

    /// The messages with these numbers, in their order.
    func messages(_ ids: [MessageID]) throws -> [Result<Message, BoardError>] {
        let select = try SQLiteStatement(
            database, "SELECT \(StoredMessage.columns) FROM message WHERE id = ?")
        return try ids.map { id in
            select.reset()
            select.bind(id, at: 1)
            defer { select.reset() }
            guard try select.step() else { return .failure(try absence(of: id)) }
            return Result { () throws(BoardError) in try read(select).message }
        }
    }

    /// Why a number that was given has no row.
    private func absence(of id: MessageID) throws -> BoardError {
        try deletedPrevious(id) == nil
            ? .messageDamaged(id, reason: "it is missing from the database though nobody deleted it")
            : .messageNotFound(id)
    }

    private func read(_ row: SQLiteStatement) throws(BoardError) -> StoredMessage {
        try StoredMessage(row, board: names.name(of: row.integer(at: StoredMessage.boardColumn)))
    }

    /// The number before the last `count` ones of a board.
    func start(ofLast count: Int, of board: BoardName) throws -> MessageID {
        guard let number = names.number(of: board) else { return 0 }
        let select = try SQLiteStatement(
            database, "SELECT id FROM message WHERE board = ? ORDER BY id DESC LIMIT 1 OFFSET ?")
        select.bind(number, at: 1)
        select.bind(Int64(count), at: 2)
        defer { select.reset() }
        return try select.step() ? select.integer(at: 0) : 0
    }

    /// The oldest numbers in a range.
    func ids(in range: MessageRange, limit: Int, newest: MessageID) throws -> [MessageID] {
        var ids: [MessageID] = []
        try walk("SELECT id, previous FROM message", range, limit: limit, newest: newest) { row in
            ids.append(row.integer(at: 0))
            return (row.integer(at: 0), row.integer(at: 1))
        }
        return ids
    }

    /// The oldest messages in a range, as many as the page takes.
    func messages(in range: MessageRange, page: PageLimit, newest: MessageID) throws -> [Message] {
        var messages: [Message] = []
        var bytes = 0
        try walk(
            "SELECT \(StoredMessage.columns), length(body) FROM message", range, limit: page.messages, newest: newest
        ) { row in
            bytes += Int(row.integer(at: StoredMessage.boardColumn + 1))
            if !messages.isEmpty && bytes > page.bytes { return nil }
            let stored = try read(row)
            guard stored.message.board == range.board else {
                throw BoardError.messageDamaged(stored.message.id, reason: "the index of its board is wrong")
            }
            messages.append(stored.message)
            return (stored.message.id, stored.previous)
        }
        return messages
    }

    /// Goes through a range in order, and follows the chain: each row has to name the one before it.
    ///
    /// - Parameter visit: gives the row's number and the one before it, or `nil` to end before this row.
    private func walk(
        _ select: String, _ range: MessageRange, limit: Int, newest: MessageID,
        _ visit: (SQLiteStatement) throws -> (id: MessageID, previous: MessageID)?
    ) throws {
        guard let number = names.number(of: range.board), !range.isEmpty, limit > 0 else { return }
        let rows = try SQLiteStatement(
            database, "\(select) WHERE board = ? AND id > ? AND id <= ? ORDER BY id LIMIT ?")
        rows.bind(number, at: 1)
        rows.bind(range.after, at: 2)
        rows.bind(range.through, at: 3)
        rows.bind(Int64(limit), at: 4)
        defer { rows.reset() }
        var place = range.after
        var count = 0
        while try rows.step() {
            guard let row = try visit(rows) else { return }
            try checkChain(from: row.previous, downTo: place)
            place = row.id
            count += 1
        }
        if count < limit && range.through >= newest { try checkChain(from: newest, downTo: place) }
    }

    /// Whether all messages from a number down to another one, without it, were deleted; throws when one is just missing.
    private func checkChain(from id: MessageID, downTo place: MessageID) throws {
        var link = id
        while link > place {
            guard let previous = try deletedPrevious(link) else {
                throw BoardError.messageDamaged(link, reason: "it is missing from its board though nobody deleted it")
            }
            link = previous
        }
    }

    private func deletedPrevious(_ id: MessageID) throws -> MessageID? {
        let select = try SQLiteStatement(database, "SELECT previous FROM deleted WHERE id = ?")
        select.reset()
        select.bind(id, at: 1)
        defer { select.reset() }
        guard try select.step() else { return nil }
        let previous = select.integer(at: 0)
        return previous < id ? previous : nil
    }

    /// The newest messages of the server up to `next`, without a gap: as many as the limits allow, oldest first.
    func tail(before next: MessageID, limits: StoreLimits) throws -> [StoredMessage] {
        let select = try SQLiteStatement(
            database,
            "SELECT \(StoredMessage.columns), length(body) FROM message WHERE id < ? ORDER BY id DESC LIMIT ?")
        select.bind(next, at: 1)
        select.bind(Int64(limits.tailMessages), at: 2)
        defer { select.reset() }
        var newestFirst: [StoredMessage] = []
        var memory = 0
        var expected = next - 1
        while try select.step(), select.integer(at: 0) == expected {
            memory += Int(select.integer(at: StoredMessage.boardColumn + 1))
            guard memory <= limits.tailBytes, let stored = try? read(select) else { break }
            newestFirst.append(stored)
            expected -= 1
        }
        return newestFirst.reversed()
    }
}
