/// A gap-free sequence of a board's messages after a number: first the stored ones, then each as it arrives.
///
/// Each message comes once, in the order of the numbers. The sequence never ends by itself: it throws what
/// ``Board/messages(in:page:)`` and ``Board/waitForMessage(after:on:)`` throw, ``BoardError/cancelled`` among them.
public struct Subscription<Source: Board>: AsyncSequence, Sendable {
    /// A message of the board.
    public typealias Element = Message
    /// What a board can say no with.
    public typealias Failure = BoardError

    let board: Source
    let name: BoardName
    let after: MessageID

    /// Begins after the number, anew for every iterator.
    public func makeAsyncIterator() -> Iterator {
        Iterator(board: board, range: MessageRange(board: name, after: after))
    }

    /// Its place on the board, and the page in hand.
    public struct Iterator: AsyncIteratorProtocol {
        let board: Source
        /// What has not been fetched yet.
        var range: MessageRange
        /// Fetched and not yet given, newest first.
        var page: [Message] = []

        /// The next message; waits for one. Throws as the sequence does, and can be asked again then.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(BoardError) -> Message? {
            while page.isEmpty {
                try await board.waitForMessage(after: range.after, on: range.boards)
                page = try await board.messages(in: range, page: PageLimit()).reversed()
                if let newest = page.first { range.after = newest.id }
            }
            return page.removeLast()
        }
    }
}
