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

    /// The number before the last `count` ones of the boards, which have these names.
    func start(ofLast count: Int, of boards: BoardPattern, _ named: [BoardName]) throws -> MessageID {
        if boards.board == nil && !boards.isAll {
            var ids = try MergedIDs(database, boards: named.compactMap(names.number(of:)), order: .descending)
            for _ in 0..<count { guard try ids.next() != nil else { return 0 } }
            return try ids.next() ?? 0
        }
        let condition = boards.isAll ? "?1 = ?1" : "board = ?1"
        let select = try SQLiteStatement(
            database, "SELECT id FROM message WHERE \(condition) ORDER BY id DESC LIMIT 1 OFFSET ?2")
        guard let number = boards.board.map(names.number(of:)) ?? 0 else { return 0 }
        select.bind(number, at: 1)
        select.bind(Int64(count), at: 2)
        defer { select.reset() }
        return try select.step() ? select.integer(at: 0) : 0
    }

    /// The oldest numbers in a range.
    ///
    /// - Parameter newest: the newest number on each board of the range that has one after its beginning.
    func ids(in range: MessageRange, limit: Int, newest: [BoardName: MessageID]) throws -> [MessageID] {
        var ids: [MessageID] = []
        try walk("id, previous, board", range, limit: limit, newest: newest) { row in
            ids.append(row.integer(at: 0))
            return Link(id: row.integer(at: 0), previous: row.integer(at: 1), board: row.integer(at: 2))
        }
        return ids
    }

    /// The oldest messages in a range, as many as the page takes.
    ///
    /// - Parameter newest: the newest number on each board of the range that has one after its beginning.
    func messages(in range: MessageRange, page: PageLimit, newest: [BoardName: MessageID]) throws -> [Message] {
        var messages: [Message] = []
        var bytes = 0
        try walk("\(StoredMessage.columns), length(body)", range, limit: page.messages, newest: newest) { row in
            bytes += Int(row.integer(at: StoredMessage.boardColumn + 1))
            if !messages.isEmpty && bytes > page.bytes { return nil }
            let stored = try read(row)
            guard range.boards.matches(stored.message.board) else {
                throw BoardError.messageDamaged(stored.message.id, reason: "the index of its board is wrong")
            }
            messages.append(stored.message)
            return Link(
                id: stored.message.id, previous: stored.previous, board: row.integer(at: StoredMessage.boardColumn))
        }
        return messages
    }

    /// A row's place in the chain of its board.
    private struct Link {
        let id: MessageID
        let previous: MessageID
        let board: Int64
    }

    /// Goes through a range in order, and follows the chain of each board: each row has to name the one before it.
    ///
    /// - Parameter visit: gives the row's place in the chain, or `nil` to end before this row.
    private func walk(
        _ columns: String, _ range: MessageRange, limit: Int, newest: [BoardName: MessageID],
        _ visit: (SQLiteStatement) throws -> Link?
    ) throws {
        guard !range.isEmpty, limit > 0 else { return }
        let boards = newest.keys.compactMap(names.number(of:))
        var rows = try RangeRows(database, columns, range, boards: boards, limit: limit)
        defer { rows.reset() }
        var places: [Int64: MessageID] = [:]
        var count = 0
        while count < limit, let row = try rows.next() {
            guard let link = try visit(row) else { return }
            try checkChain(from: link.previous, downTo: places[link.board] ?? range.after)
            places[link.board] = link.id
            count += 1
        }
        guard count < limit else { return }
        for (name, newest) in newest where range.through >= newest {
            try checkChain(from: newest, downTo: names.number(of: name).flatMap { places[$0] } ?? range.after)
        }
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
