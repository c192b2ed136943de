/// A message board: what every road speaks to, and all it needs to know.
///
/// Numbers are given in the order of publishing over the whole server. Whoever sees a message sees every older one
/// of its board too.
public protocol Board: Sendable {
    /// Puts messages on their boards, and returns once they are as durable as this board promises: one outcome a draft,
    /// in order. Drafts handed in together share what a commit costs; each is taken or refused for itself.
    ///
    /// A draft whose ``Draft/requestKey`` was published within the last 10 minutes is a repeat: it is answered with the
    /// first one's number and time, and nothing is published.
    ///
    /// A failure is ``BoardError/full(reason:)`` or ``BoardError/overloaded(reason:)`` when the message was not
    /// published, ``BoardError/unavailable(reason:)`` when that is not known.
    func publish(all drafts: [Draft]) async -> [Result<Publication, BoardError>]

    /// The message with this number, when it can be given without waiting for anything.
    func messageAtHand(_ id: MessageID) -> Message?

    /// The messages with these numbers, whatever boards they are on: one result a number, in order. Numbers asked for
    /// together share what a read costs.
    ///
    /// A failure is ``BoardError/messageNotFound(_:)``, or ``BoardError/messageDamaged(_:reason:)``.
    func messages(_ ids: [MessageID]) async -> [Result<Message, BoardError>]

    /// The stretch that the newest `count` messages of these boards take up now; everything when `count` is `nil`.
    func range(ofLast count: Int?, of boards: BoardPattern) async throws(BoardError) -> MessageRange

    /// The oldest numbers in a range, at most `limit` of them, ascending.
    func ids(in range: MessageRange, limit: Int) async throws(BoardError) -> [MessageID]

    /// The oldest messages in a range, ascending: as many as the page takes, at least one when there is one.
    ///
    /// - Throws: ``BoardError/messageDamaged(_:reason:)`` when one of them is damaged or missing; nothing is skipped.
    func messages(in range: MessageRange, page: PageLimit) async throws(BoardError) -> [Message]

    /// Waits until one of these boards has a message with a number over `id`; returns at once when one has.
    ///
    /// - Throws: ``BoardError/cancelled``, or ``BoardError/unavailable(reason:)`` when the board stops.
    func waitForMessage(after id: MessageID, on boards: BoardPattern) async throws(BoardError)

    /// Every board that has ever had a message, and the number of its newest.
    func newestIDs() -> [BoardName: MessageID]
}

/// The messages of one board, or of several, with numbers over `after`, up to and with `through`.
public struct MessageRange: Sendable, Hashable {
    /// The boards.
    public var boards: BoardPattern
    /// The number before the lowest one that can be in it.
    public var after: MessageID
    /// The highest number that can be in it.
    public var through: MessageID

    /// A stretch of a board; without an end it takes in everything to come.
    public init(board: BoardName, after: MessageID, through: MessageID = .max) {
        self.init(boards: BoardPattern(board), after: after, through: through)
    }

    /// A stretch of several boards; without an end it takes in everything to come.
    public init(boards: BoardPattern, after: MessageID, through: MessageID = .max) {
        self.boards = boards
        self.after = after
        self.through = through
    }

    /// Whether no number can be in it.
    public var isEmpty: Bool { after >= through }
}

/// How much one page of messages may hold.
public struct PageLimit: Sendable, Hashable {
    /// Most messages.
    public var messages: Int
    /// Bytes of bodies after which the page is full; a first message larger than this still comes, alone.
    public var bytes: Int

    /// The bounds of a page: 256 messages and 1 MiB unless said otherwise.
    public init(messages: Int = 256, bytes: Int = 1 << 20) {
        self.messages = messages
        self.bytes = bytes
    }
}

extension Board {
    /// Puts one message on its board; see ``publish(all:)``.
    public func publish(_ draft: Draft) async throws(BoardError) -> Publication {
        try await publish(all: [draft])[0].get()
    }

    /// One message by its number; see ``messages(_:)``.
    public func message(_ id: MessageID) async throws(BoardError) -> Message {
        try await messages([id])[0].get()
    }

    /// The stretch of one board; see ``range(ofLast:of:)-(_,BoardPattern)``.
    public func range(ofLast count: Int?, of board: BoardName) async throws(BoardError) -> MessageRange {
        try await range(ofLast: count, of: BoardPattern(board))
    }

    /// Waits for a message of one board; see ``waitForMessage(after:on:)-(_,BoardPattern)``.
    public func waitForMessage(after id: MessageID, on board: BoardName) async throws(BoardError) {
        try await waitForMessage(after: id, on: BoardPattern(board))
    }

    /// The newest `count` messages of a board, oldest first.
    public func last(_ count: Int, of board: BoardName = .public) async throws(BoardError) -> [Message] {
        var range = try await range(ofLast: count, of: board)
        var messages: [Message] = []
        while !range.isEmpty {
            let page = try await self.messages(in: range, page: PageLimit())
            guard let newest = page.last else { break }
            messages += page
            range.after = newest.id
        }
        return messages
    }

    /// Every message of a board after a number: first what is stored, then what arrives; each once, in order.
    ///
    /// The subscription pulls: a reader that is slow holds nothing but its place.
    public func subscribe(to board: BoardName = .public, after id: MessageID = 0) -> Subscription<Self> {
        Subscription(board: self, name: board, after: id)
    }
}
