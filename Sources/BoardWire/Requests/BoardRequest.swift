public import MessageBoard

/// A request to the board: one PDU, the same on datagrams, streams and in sessions (protocols.md, section 1).
///
/// ```
///  byte 0   1    2 ... to the end of the PDU (end of the datagram, or half-close)
/// +------+-----+--------------------------------------------------------------+
/// | code | ":" | payload                                                      |
/// +------+-----+--------------------------------------------------------------+
///   "1"          the message: any bytes                              publish
///   "2"          N                                                   ids of the last N
///   "3"          id [":record" [":road"]]                            one message
///   "4"          N                                                   last N in one answer
///   "6"          N [":" board [":road"]]                             last N, unambiguous
///   "7"          board ":" author ":" request id ":" attributes ":" body
///                (the first four in base64, each may be empty)       publish with everything
/// ```
///
/// Numbers are decimal, with or without a sign, white space around them is passed over, and N <= 0 means all.
/// Not supported: anything else; see ``RequestError`` for what is answered.
public enum BoardRequest: Sendable, Hashable {
    /// `1`: put a text on the public board.
    case publish(body: [UInt8])
    /// `2`: the numbers of the last messages of the public board; all when `nil`.
    case lastIDs(count: Int?)
    /// `3`: one message as a line of text.
    case get(MessageID)
    /// `3` with `:record`: one message as a record.
    case getRecord(MessageID, withRoad: Bool)
    /// `4`: the last messages of the public board as lines of text; all when `nil`.
    case lastTexts(count: Int?)
    /// `6`: the last messages of a board as records; all when `nil`.
    case lastRecords(count: Int?, board: BoardName, withRoad: Bool)
    /// `7`: put a message with everything on a board.
    case publishFull(PublishRequest)
}

/// The payload of request `7`: a draft that does not know its origin yet.
public struct PublishRequest: Sendable, Hashable {
    /// The board it is for.
    public var board: BoardName
    /// Who writes it, as the publisher says.
    public var author: String?
    /// Made by the client, so that a repeat is recognised; see ``MessageBoard/Board/publish(_:)``.
    public var requestID: [UInt8]?
    /// Its short named strings.
    public var attributes: Attributes
    /// The text: any bytes.
    public var body: [UInt8]

    /// A request with these parts; ``draft(from:)`` checks their bounds.
    public init(
        board: BoardName = .public, author: String? = nil, requestID: [UInt8]? = nil, attributes: Attributes = .none,
        body: consuming [UInt8]
    ) {
        self.board = board
        self.author = author
        self.requestID = requestID
        self.attributes = attributes
        self.body = body
    }

    /// The draft that came from this origin.
    ///
    /// - Throws: ``BoardError/tooBig(_:bytes:limit:)`` for a part over its bound.
    public consuming func draft(from origin: Origin) throws(BoardError) -> Draft {
        try Draft(
            board: board, author: author, requestID: requestID, attributes: attributes, body: body, origin: origin)
    }
}
