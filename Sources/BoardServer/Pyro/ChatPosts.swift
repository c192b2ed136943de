import MessageBoard

/// The public posts of the chat: the messages of the board `chat`, whatever road they came by.
///
/// The lecture notes' chat is a list that begins with the program. This one begins with the last posts from before, and lets go of
/// the oldest when it has grown long: their places stay empty.
actor ChatPosts {
    /// Where they are.
    static let name: BoardName = {
        guard let name = BoardName("chat") else { preconditionFailure("chat is a board's name") }
        return name
    }()

    nonisolated let board: any Board
    nonisolated let limits: PyroLimits
    /// The number before the first post; known from the first look on.
    private var start: MessageID?
    /// The numbers of the posts from the place `dropped` on.
    private var ids: [MessageID] = []
    private var dropped = 0

    init(_ board: any Board, _ limits: PyroLimits) {
        self.board = board
        self.limits = limits
    }

    /// Publishes a post.
    nonisolated func publish(_ text: String, by name: String?) async throws(BoardError) {
        let draft = try Draft(board: Self.name, author: name, body: Array(text.utf8), origin: .caller)
        _ = try await board.publish(draft)
    }

    /// The number before the first post.
    func beginning() async throws(BoardError) -> MessageID {
        if let start { return start }
        let first = try await board.range(ofLast: limits.postsBefore, of: Self.name).after
        if start == nil { start = first }
        return start ?? first
    }

    /// The posts from a place on, as many as one answer takes; a place below 0 counts from the end, as in Python.
    func posts(from place: Int) async throws(BoardError) -> [String] {
        try await look()
        let total = dropped + ids.count
        let first = max(place < 0 ? total + place : place, dropped)
        guard first < total else { return [] }
        return try await posts(after: ids[first - dropped] - 1).map(\.line)
    }

    /// The oldest posts after a number.
    nonisolated func posts(after id: MessageID) async throws(BoardError) -> [(id: MessageID, line: String)] {
        let page = PageLimit(messages: limits.postsInAnswer, bytes: limits.messageBytesInAnswer)
        let messages = try await board.messages(in: MessageRange(board: Self.name, after: id), page: page)
        return messages.map { ($0.id, line($0)) }
    }

    /// Every post after a number, those that are to come too.
    nonisolated func follow(after id: MessageID) -> MessagePages {
        MessagePages(
            board: board, boards: BoardPattern(Self.name), after: id,
            page: PageLimit(messages: limits.postsInAnswer, bytes: limits.streamBytes))
    }

    /// A post as the notes' chat writes it.
    nonisolated func line(_ message: Message) -> String {
        var text = String(decoding: message.body.prefix(limits.postBytes), as: UTF8.self)
        if message.body.count > limits.postBytes { text += "… (\(message.body.count) bytes: message \(message.id))" }
        return Self.line(text, by: message.author)
    }

    /// A text as the notes' chat writes it.
    static func line(_ text: String, by name: String?) -> String { "From \(name ?? "Unknown") : \(text)" }

    /// Takes in the numbers of what has been posted since the last look.
    private func look() async throws(BoardError) {
        let start = try await beginning()
        let piece = 4_096
        while true {
            let after = ids.last ?? start
            let new = try await board.ids(in: MessageRange(board: Self.name, after: after), limit: piece)
            // Another look may have taken some of them in meanwhile.
            ids += new.filter { $0 > ids.last ?? start }
            guard new.count == piece else { break }
        }
        guard ids.count > limits.postsIndexed else { return }
        let surplus = ids.count - limits.postsIndexed + limits.postsIndexed / 10
        ids.removeFirst(surplus)
        dropped += surplus
    }
}
