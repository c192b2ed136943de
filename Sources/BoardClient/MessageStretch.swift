import MessageBoard

/// The stretch of numbers that the newest messages of a board take up: those after one number, up to another.
struct MessageStretch {
    let after: MessageID
    let through: MessageID

    /// Goes through its messages, which are asked for a page at a time.
    ///
    /// - Parameters:
    ///   - page: the oldest messages after a number.
    ///   - take: gets each message, oldest first.
    func inPages(
        _ page: (MessageID) async throws -> [Message], _ take: (Message) throws -> Void
    ) async throws {
        var place = after
        while place < through {
            let messages = try await page(place)
            guard let newest = messages.last, newest.id > place else { return }
            place = newest.id
            for message in messages where message.id <= through { try take(message) }
        }
    }
}
