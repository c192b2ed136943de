import MessageBoard

/// A message with what the store keeps beside it.
struct StoredMessage: Sendable {
    var message: Message
    /// The number before it on its board; 0 for the first one.
    var previous: MessageID

    /// Over every field that is served, and over the chain.
    var checksum: UInt32 { Self.checksum(of: message, previous: previous, attributes: message.attributes.json) }

    private static func checksum(of message: Message, previous: MessageID, attributes: [UInt8]) -> UInt32 {
        var sum = CRC32C()
        sum.update(message.id)
        sum.update(previous)
        sum.update(message.time.microseconds)
        sum.update(message.origin.port)
        sum.update(UInt8(message.author == nil ? 0 : 1))
        sum.updateField(message.board.text)
        sum.updateField(message.origin.address)
        sum.updateField(message.origin.road.name)
        sum.updateField(message.author ?? "")
        sum.update(UInt32(truncatingIfNeeded: attributes.count))
        sum.update(attributes)
        sum.update(message.body)
        return sum.value
    }

    /// The columns that ``init(_:board:)`` reads, in its order.
    static let columns = "id, previous, time, address, port, road, author, attributes, body, checksum, board"
    static let boardColumn: Int32 = 10

    /// Reads a row and compares its checksum.
    ///
    /// - Parameter board: the name of the board that the row says it is on; `nil` when there is no such board.
    init(_ row: SQLiteStatement, board: BoardName?) throws(BoardError) {
        let id = row.integer(at: 0)
        guard let board else { throw .messageDamaged(id, reason: "its board is not known") }
        let json = row.bytes(at: 7)
        guard let attributes = try? Attributes(json: json) else {
            throw .messageDamaged(id, reason: "its attributes cannot be read")
        }
        let origin = Origin(
            address: row.text(at: 3), port: UInt16(truncatingIfNeeded: row.integer(at: 4)), road: Road(row.text(at: 5)))
        message = Message(
            id: id, board: board, time: Timestamp(microseconds: row.integer(at: 2)), origin: origin,
            author: row.isNull(at: 6) ? nil : row.text(at: 6), attributes: attributes, body: row.bytes(at: 8))
        previous = row.integer(at: 1)
        let sum = Self.checksum(of: message, previous: previous, attributes: json)
        guard Int64(sum) == row.integer(at: 9) else {
            throw .messageDamaged(id, reason: "its checksum does not match its content")
        }
    }

    init(message: Message, previous: MessageID) {
        self.message = message
        self.previous = previous
    }
}

extension CRC32C {
    /// Takes in a text behind its length, so that no two rows of texts look the same.
    fileprivate mutating func updateField(_ text: String) {
        update(UInt32(truncatingIfNeeded: text.utf8.count))
        update(text)
    }
}
