import BoardWire
public import MessageBoard

/// What every road does with a request: reads it, asks the board, puts the answer together.
public struct RequestProcessor: Sendable {
    /// Numbers in one piece of a list of them.
    private static let idsInPiece = 4_096
    /// Bytes of bodies in one piece of a list of messages: what a slow client makes the server hold.
    private static let page = PageLimit(messages: 256, bytes: 64 << 10)

    /// What is to be done with a request.
    enum Step {
        /// It is answered.
        case answered([UInt8])
        /// Its message has to be put on the board, together with others if there are any.
        case publish(Draft, Acknowledgement)
        /// Its message is not at hand, and has to be read, together with others if there are any.
        case get(MessageID, Form)
        /// It needs an answer in pieces: ``RequestProcessor/answer(_:to:)``.
        case list(BoardRequest)
    }

    /// How a publish is answered.
    enum Acknowledgement {
        /// To `1`: done.
        case plain
        /// To `7`: the message's number.
        case number

        func answer(_ result: Result<Publication, BoardError>) -> [UInt8] {
            switch (self, result) {
            case (.plain, .success): BoardAnswer.outcome(.ok)
            case (.number, .success(let publication)): BoardAnswer.published(publication.id)
            case (_, .failure(let error)): BoardAnswer.outcome(AnswerCode(error), reason: error.description)
            }
        }
    }

    /// How a message is answered.
    enum Form {
        /// To `3`.
        case text
        /// To `3` with `:record`.
        case record(withRoad: Bool)

        func answer(_ result: Result<Message, BoardError>) -> [UInt8] {
            switch (self, result) {
            case (.text, .success(let message)): BoardAnswer.text(message)
            case (.record(let withRoad), .success(let message)): BoardAnswer.record(message, withRoad: withRoad)
            case (_, .failure(let error)): BoardAnswer.outcome(AnswerCode(error), reason: error.description)
            }
        }
    }

    /// Why an answer ends before its end.
    enum Cut: Error {
        /// It would not fit the road's PDU.
        case tooBig
        /// The client has gone.
        case clientGone
        /// The board could not go on when the answer had begun: the client must not take it for whole.
        case broken
    }

    /// The board, for roads that follow it.
    let board: any Board

    /// The processor of all roads to this board.
    public init(board: any Board) {
        self.board = board
    }

    /// Reads a request PDU, whatever its bytes are, and answers it when nothing has to be waited for.
    func begin(_ pdu: consuming [UInt8], from origin: Origin) -> Step {
        let request: BoardRequest
        do throws(RequestError) {
            request = try BoardRequest(decoding: pdu)
        } catch {
            return .answered(BoardAnswer.outcome(error.code))
        }
        do throws(BoardError) {
            switch request {
            case .publish(let body): return .publish(try Draft(body: body, origin: origin), .plain)
            case .publishFull(let publish): return .publish(try publish.draft(from: origin), .number)
            case .get(let id): return get(id, .text)
            case .getRecord(let id, let withRoad): return get(id, .record(withRoad: withRoad))
            case .lastIDs, .lastTexts, .lastRecords: return .list(request)
            }
        } catch {
            return .answered(BoardAnswer.outcome(AnswerCode(error), reason: error.description))
        }
    }

    private func get(_ id: MessageID, _ form: Form) -> Step {
        board.messageAtHand(id).map { .answered(form.answer(.success($0))) } ?? .get(id, form)
    }

    /// Reads messages by their numbers; one result a number, in order.
    func messages(_ ids: [MessageID]) async -> [Result<Message, BoardError>] {
        await board.messages(ids)
    }

    /// Puts messages on the board; one outcome a draft, in order.
    func publish(_ drafts: [Draft]) async -> [Result<Publication, BoardError>] {
        await board.publish(all: drafts)
    }

    /// Answers a request for a list, piece by piece.
    ///
    /// - Parameter send: takes the next piece of the answer, and waits while the client is not ready for it.
    /// - Throws: what `send` throws; ``Cut/broken``.
    func answer(_ request: BoardRequest, to send: ([UInt8]) async throws(Cut) -> Void) async throws(Cut) {
        switch request {
        case .lastIDs(let count):
            try await answerList(count, on: .public, opening: BoardAnswer.outcome(.ok), to: send) {
                (range, piece) async throws(BoardError) in
                let ids = try await board.ids(in: range, limit: Self.idsInPiece)
                for id in ids { BoardAnswer.append(id, to: &piece) }
                return ids.last
            }
        case .lastTexts(let count):
            try await answerList(count, on: .public, opening: BoardAnswer.outcome(.ok), to: send) {
                (range, piece) async throws(BoardError) in
                let messages = try await board.messages(in: range, page: Self.page)
                for message in messages { BoardAnswer.appendText(message, to: &piece) }
                return messages.last?.id
            }
        case .lastRecords(let count, let name, let withRoad):
            var records = BoardAnswer.Records(withRoad: withRoad)
            try await answerList(count, on: name, opening: BoardAnswer.Records.opening, to: send) {
                (range, piece) async throws(BoardError) in
                let messages = try await board.messages(in: range, page: Self.page)
                for message in messages { records.append(message, to: &piece) }
                return messages.last?.id
            }
        case .publish, .publishFull, .get, .getRecord: preconditionFailure("begin(_:from:) makes other steps of these")
        }
    }

    /// The answer to a request for a list: its pieces are fetched while they are sent; none is ever whole in memory.
    ///
    /// - Parameters:
    ///   - opening: what stands before the list.
    ///   - next: appends the range's oldest items, and gives the number of the newest of them; `nil` if there are none.
    private func answerList(
        _ count: Int?, on name: BoardName, opening: [UInt8], to send: ([UInt8]) async throws(Cut) -> Void,
        next: (MessageRange, inout [UInt8]) async throws(BoardError) -> MessageID?
    ) async throws(Cut) {
        var piece = opening
        var hasBegun = false
        var range: MessageRange?
        while true {
            do throws(BoardError) {
                if range == nil { range = try await board.range(ofLast: count, of: name) }
                guard let rest = range, !rest.isEmpty, let newest = try await next(rest, &piece) else { break }
                range?.after = newest
            } catch {
                guard !hasBegun else { throw .broken }
                return try await send(BoardAnswer.outcome(AnswerCode(error), reason: error.description))
            }
            try await send(piece)
            hasBegun = true
            piece.removeAll(keepingCapacity: true)
        }
        if !hasBegun { try await send(piece) }
    }
}
