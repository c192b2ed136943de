/// What a publisher hands in: a message without a number and a time.
public struct Draft: Sendable, Hashable {
    /// Most UTF-8 bytes of an author's name.
    public static let maximumAuthorBytes = 256
    /// Most bytes of a request id.
    public static let maximumRequestIDBytes = 128
    /// Most bytes of a body: 200 MiB.
    public static let maximumBodyBytes = 200 << 20

    /// The board it is for.
    public private(set) var board: BoardName
    /// Who writes it, as the publisher says; never empty.
    public private(set) var author: String?
    /// Made by the client, so that a repeat of the same request is recognised. See ``Board/publish(_:)``.
    public private(set) var requestID: [UInt8]?
    /// Its short named strings.
    public private(set) var attributes: Attributes
    /// The text: any bytes, passed through untouched.
    public private(set) var body: [UInt8]
    /// Where it came from.
    public private(set) var origin: Origin

    /// Takes the parts; an empty author or request id means none.
    ///
    /// - Throws: ``BoardError/tooBig(_:bytes:limit:)`` for the first part over its bound.
    public init(
        board: BoardName = .public, author: String? = nil, requestID: [UInt8]? = nil, attributes: Attributes = .none,
        body: consuming [UInt8], origin: Origin
    ) throws(BoardError) {
        try Self.check("the author", author?.utf8.count ?? 0, Self.maximumAuthorBytes)
        try Self.check("the request id", requestID?.count ?? 0, Self.maximumRequestIDBytes)
        try Self.check("the message", body.count, Self.maximumBodyBytes)
        self.board = board
        self.author = author?.isEmpty == true ? nil : author
        self.requestID = requestID?.isEmpty == true ? nil : requestID
        self.attributes = attributes
        self.body = body
        self.origin = origin
    }

    /// How long a request id is remembered at least, in seconds.
    public static let requestWindowSeconds = 600

    /// The request id together with whom it belongs to: the author or, when there is none, the address.
    /// Two drafts with the same key are the same request.
    public var requestKey: [UInt8]? {
        guard let requestID else { return nil }
        let owner = (author ?? origin.address).utf8
        var key: [UInt8] = []
        key.reserveCapacity(requestID.count + 2 + owner.count)
        key += requestID
        key.append(0)
        // A byte that tells an author from an address, which somebody may call themselves.
        key.append(UInt8(ascii: author == nil ? "@" : "="))
        key += owner
        return key
    }

    private static func check(_ what: String, _ size: Int, _ limit: Int) throws(BoardError) {
        guard size <= limit else { throw .tooBig(what, bytes: size, limit: limit) }
    }
}

/// What a publisher is told: the message is on the board, as durable as the board promises.
public struct Publication: Sendable, Hashable {
    /// The message's number; the first one's when the request was a repeat.
    public var id: MessageID
    /// When the board took it.
    public var time: Timestamp
    /// Whether this was a repeat, so that nothing was published now.
    public var isRepeat: Bool

    /// What a publisher is told.
    public init(id: MessageID, time: Timestamp, isRepeat: Bool) {
        self.id = id
        self.time = time
        self.isRepeat = isRepeat
    }
}
