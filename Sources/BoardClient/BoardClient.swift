public import BoardWire
public import MessageBoard

/// A client's road to a board: sends a request, takes the answer as it comes.
public protocol ClientRoad: Sendable {
    /// Sends a request, and hands over the answer in pieces.
    ///
    /// - Throws: ``ClientError``. When an answer was lost on the way, the request may have been carried out.
    func exchange(_ request: BoardRequest, _ take: ([UInt8]) throws -> Void) async throws
}

/// A board somewhere else.
public struct BoardClient: Sendable {
    private let road: any ClientRoad

    /// A client that takes this road.
    public init(road: any ClientRoad) {
        self.road = road
    }

    /// Publishes a message, and gives its number once the server has it on disk.
    ///
    /// The request carries a request id, so that it is published once however often it had to be sent.
    public func publish(_ request: PublishRequest) async throws -> MessageID {
        var request = request
        if request.requestID == nil { request.requestID = RequestID.make() }
        var answer: [UInt8] = []
        try await road.exchange(.publishFull(request)) { answer += $0 }
        return try reading { () throws(AnswerError) in try BoardAnswer.publishedID(answer) }
    }

    /// The message with this number.
    ///
    /// - Throws: ``ClientError``, ``ClientError/messageNotFound(_:)`` among them.
    public func message(_ id: MessageID) async throws -> Message {
        var found: Message?
        do {
            try await records(.getRecord(id, withRoad: true)) { found = $0 }
        } catch ClientError.answer(.refused(.messageNotFound, _)) {
            throw ClientError.messageNotFound(id)
        }
        guard let found else { throw ClientError.answer(.unreadable("it holds no message")) }
        return found
    }

    /// Hands over the newest messages of a board, oldest first, as they arrive; all when `count` is `nil`.
    public func last(_ count: Int?, of board: BoardName = .public, _ take: (Message) throws -> Void) async throws {
        try await records(.lastRecords(count: count, board: board, withRoad: true), take)
    }

    private func records(_ request: BoardRequest, _ take: (Message) throws -> Void) async throws {
        var reader = AnswerReader()
        try await road.exchange(request) { piece in
            for message in try reading({ () throws(AnswerError) in try reader.take(piece) }) { try take(message) }
        }
        let last: Message?
        do { last = try reader.finish() } catch { throw ClientError.answer(error) }
        if let last { try take(last) }
    }

    private func reading<Value>(_ body: () throws(AnswerError) -> Value) throws(ClientError) -> Value {
        do { return try body() } catch { throw .answer(error) }
    }
}
