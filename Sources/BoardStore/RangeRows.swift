import GRDB
import HeapModule
import MessageBoard

/// The rows of a range in the order of their numbers. Those of one board come from its index, those of all boards from the
/// table; those of several are merged from their indices, so that the messages of other boards cost nothing.
struct RangeRows {
    private let rows: SQLiteStatement
    private var merged: MergedIDs?
    private let through: MessageID

    /// - Parameters:
    ///   - boards: the numbers of the boards of the range that have messages after its beginning.
    ///   - limit: rows that will be read at most.
    init(_ database: Database, _ columns: String, _ range: MessageRange, boards: [Int64], limit: Int) throws {
        through = range.through
        if range.boards.isAll || boards.count == 1 {
            let condition = range.boards.isAll ? "?1 = ?1" : "board = ?1"
            rows = try SQLiteStatement(
                database,
                "SELECT \(columns) FROM message WHERE \(condition) AND id > ?2 AND id <= ?3 ORDER BY id LIMIT ?4")
            rows.bind(boards.first ?? 0, at: 1)
            rows.bind(range.after, at: 2)
            rows.bind(range.through, at: 3)
            rows.bind(Int64(limit), at: 4)
        } else {
            rows = try SQLiteStatement(database, "SELECT \(columns) FROM message WHERE id = ?1")
            merged = try MergedIDs(database, boards: boards, order: .ascending(after: range.after))
        }
    }

    /// The next row, good until the one after it; `nil` when there is none.
    mutating func next() throws -> SQLiteStatement? {
        guard merged != nil else { return try rows.step() ? rows : nil }
        guard let id = try merged?.next(), id <= through else { return nil }
        rows.reset()
        rows.bind(id, at: 1)
        return try rows.step() ? rows : nil
    }

    /// Lets go of the last row.
    func reset() {
        rows.reset()
    }
}

/// The numbers of several boards' messages in order: the boards' next numbers in a heap, each found in the index.
struct MergedIDs {
    enum Order {
        case ascending(after: MessageID)
        case descending
    }

    private struct Next: Comparable {
        /// The number, negative when descending.
        let place: MessageID
        let board: Int64

        static func < (left: Next, right: Next) -> Bool { left.place < right.place }
    }

    private let select: SQLiteStatement
    /// Whether the places in the heap are the numbers with a minus.
    private let sign: MessageID
    private var heap: Heap<Next> = []

    init(_ database: Database, boards: [Int64], order: Order) throws {
        let start: MessageID
        switch order {
        case .ascending(let after):
            start = after
            sign = 1
            select = try SQLiteStatement(
                database, "SELECT id FROM message WHERE board = ?1 AND id > ?2 ORDER BY id LIMIT 1")
        case .descending:
            start = -.max
            sign = -1
            select = try SQLiteStatement(
                database, "SELECT id FROM message WHERE board = ?1 AND id < ?2 ORDER BY id DESC LIMIT 1")
        }
        for board in boards { try push(board, after: start) }
    }

    /// The next number; `nil` when there is none.
    mutating func next() throws -> MessageID? {
        guard let next = heap.popMin() else { return nil }
        try push(next.board, after: next.place)
        return next.place * sign
    }

    private mutating func push(_ board: Int64, after place: MessageID) throws {
        select.reset()
        select.bind(board, at: 1)
        select.bind(place * sign, at: 2)
        defer { select.reset() }
        if try select.step() { heap.insert(Next(place: select.integer(at: 0) * sign, board: board)) }
    }
}
