import MessageBoard
import PyroWire

/// The messages of some boards after a number, in pages: what is there, then what comes. Who asks for no page holds nothing but a
/// place. Its errors are for the caller of a remote object.
struct MessagePages: AsyncSequence, Sendable {
    let board: any Board
    let boards: BoardPattern
    let after: MessageID
    let page: PageLimit
    /// How long nothing may come before an empty page is given; `nil`: for ever.
    var silence: Duration?

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pages: self, after: after) }

    struct AsyncIterator: AsyncIteratorProtocol {
        let pages: MessagePages
        var after: MessageID

        mutating func next() async throws -> [Message]? { try await next(isolation: nil) }

        mutating func next(isolation actor: isolated (any Actor)?) async throws -> [Message]? {
            do throws(BoardError) {
                while true {
                    guard try await pages.waitForMessage(after: after) else { return [] }
                    let range = MessageRange(boards: pages.boards, after: after)
                    let messages = try await pages.board.messages(in: range, page: pages.page)
                    guard let newest = messages.last else { continue }
                    after = newest.id
                    return messages
                }
            } catch {
                throw PyroException(error)
            }
        }
    }

    /// - Returns: `false` when nothing came for as long as that may be.
    private func waitForMessage(after id: MessageID) async throws(BoardError) -> Bool {
        guard let silence else {
            try await board.waitForMessage(after: id, on: boards)
            return true
        }
        let outcome = await withTaskGroup(of: Result<Bool, BoardError>.self) { group in
            group.addTask {
                do throws(BoardError) {
                    try await board.waitForMessage(after: id, on: boards)
                    return .success(true)
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                try? await Task.sleep(for: silence)  // cut short when there is a message: then nobody looks at this
                return .success(false)
            }
            defer { group.cancelAll() }
            return await group.next() ?? .success(false)
        }
        return try outcome.get()
    }
}

/// The same messages one by one, each in the form that its reader wants.
struct FollowedMessages<Item: Sendable>: AsyncSequence, Sendable {
    let pages: MessagePages
    let item: @Sendable (Message) throws -> Item

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pages: pages.makeAsyncIterator(), item: item) }

    struct AsyncIterator: AsyncIteratorProtocol {
        var pages: MessagePages.AsyncIterator
        let item: @Sendable (Message) throws -> Item
        /// Newest first.
        var page: [Message] = []

        mutating func next() async throws -> Item? { try await next(isolation: nil) }

        mutating func next(isolation actor: isolated (any Actor)?) async throws -> Item? {
            while page.isEmpty {
                guard let next = try await pages.next(isolation: actor) else { return nil }
                page = next.reversed()
            }
            return try item(page.removeLast())
        }
    }
}
