/// A message's number on the whole server: positive, strictly increasing, never reused.
public typealias MessageID = Int64

/// A message as it stands on a board.
public struct Message: Sendable, Hashable, Identifiable {
    /// Its number on the server.
    public var id: MessageID
    /// The board it stands on.
    public var board: BoardName
    /// When the board took it.
    public var time: Timestamp
    /// Where it came from.
    public var origin: Origin
    /// Who wrote it, as the publisher says; nobody checks it.
    public var author: String?
    /// Its short named strings.
    public var attributes: Attributes
    /// The text: any bytes, passed through untouched.
    public var body: [UInt8]

    /// A message with these parts.
    public init(
        id: MessageID, board: BoardName, time: Timestamp, origin: Origin, author: String? = nil,
        attributes: Attributes = .none, body: [UInt8]
    ) {
        self.id = id
        self.board = board
        self.time = time
        self.origin = origin
        self.author = author
        self.attributes = attributes
        self.body = body
    }

    /// The message that a draft becomes under this number and time.
    public init(_ draft: Draft, id: MessageID, time: Timestamp) {
        self.init(
            id: id, board: draft.board, time: time, origin: draft.origin, author: draft.author,
            attributes: draft.attributes, body: draft.body)
    }

    /// Roughly the memory it takes, in bytes: what caches and budgets count.
    public var footprint: Int {
        let fixed = 256
        return fixed + body.count + (author?.utf8.count ?? 0) + attributes.values.count * Attributes.maximumNameBytes
    }
}
