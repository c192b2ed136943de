public import BoardWire
public import MessageBoard

/// A client's road to a board: sends a request, takes the answer as it comes.
public protocol ClientRoad: Sendable {
    /// Sends a request, and hands over the answer in pieces.
    ///
    /// - Throws: ``ClientError``. When an answer was lost on the way, the request may have been carried out.
    func exchange(_ request: RequestBytes, _ take: ([UInt8]) throws -> Void) async throws
}

/// A board somewhere else, on a road that carries PDUs: requests of ``BoardWire/BoardRequest`` and their answers.
public struct PDUClient: BoardClient {
    private let road: any ClientRoad

    /// A client that takes this road.
    public init(road: any ClientRoad) {
        self.road = road
    }

    /// See ``BoardClient/publish(_:)``.
    public func publish(_ request: PublishRequest) async throws -> MessageID {
        try await published(RequestBytes(.publishFull(request.withRequestID)))
    }

    /// See ``BoardClient/publish(_:body:)``. The file is read as it is sent.
    public func publish(_ request: PublishRequest, body file: MessageFile) async throws -> MessageID {
        try await published(RequestBytes(request.withRequestID, body: file))
    }

    private func published(_ request: RequestBytes) async throws -> MessageID {
        var answer: [UInt8] = []
        try await road.exchange(request) { piece in
            guard answer.count < Self.longestAcknowledgement else { return }
            answer += piece
        }
        return try reading { () throws(AnswerError) in try BoardAnswer.publishedID(answer) }
    }

    /// Bytes after which an answer that should be one number is not read on.
    private static let longestAcknowledgement = 1_024

    /// See ``BoardClient/message(_:)``.
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

    /// See ``BoardClient/body(of:_:)``. It takes no memory.
    public func body(of id: MessageID, _ take: ([UInt8]) throws -> Void) async throws {
        var reader = RecordBodyReader()
        do {
            try await road.exchange(RequestBytes(.getRecord(id, withRoad: false))) { piece in
                let bytes = try reading { () throws(AnswerError) in try reader.take(piece[...]) }
                if !bytes.isEmpty { try take(bytes) }
            }
            try reader.finish()
        } catch ClientError.answer(.refused(.messageNotFound, _)), AnswerError.refused(.messageNotFound, _) {
            throw ClientError.messageNotFound(id)
        } catch let error as AnswerError {
            throw ClientError.answer(error)
        }
    }

    /// See ``BoardClient/last(_:of:_:)``.
    public func last(_ count: Int?, of board: BoardName, _ take: (Message) throws -> Void) async throws {
        try await records(.lastRecords(count: count, board: board, withRoad: true), take)
    }

    private func records(_ request: BoardRequest, _ take: (Message) throws -> Void) async throws {
        var reader = AnswerReader()
        try await road.exchange(RequestBytes(request)) { piece in
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
