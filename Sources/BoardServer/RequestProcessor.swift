import BoardWire
public import MessageBoard

/// What every road does with a request: reads it, asks the board, puts the answer together.
public struct RequestProcessor: Sendable {
    /// Numbers in one piece of a list of them.
    private static let idsInPiece = 4_096
    /// Bytes of bodies in one piece of a list of messages: what a slow client makes the server hold.
    private static let page = PageLimit(messages: 256, bytes: 64 << 10)

    private let board: any Board

    /// The processor of all roads to this board.
    public init(board: any Board) {
        self.board = board
    }

    /// Answers one request PDU, whatever its bytes are.
    ///
    /// - Throws: what the sink throws; ``AnswerCut/broken`` when the answer had begun and cannot go on.
    func answer(_ pdu: consuming [UInt8], from origin: Origin, to sink: inout some AnswerSink) async throws(AnswerCut) {
        let request: BoardRequest
        do throws(RequestError) {
            request = try BoardRequest(decoding: pdu)
        } catch {
            return try await sink.write(BoardAnswer.outcome(error.code))
        }
        switch request {
        case .lastIDs(let count):
            try await answerList(count, on: .public, opening: BoardAnswer.outcome(.ok), to: &sink) {
                (range, piece) async throws(BoardError) in
                let ids = try await board.ids(in: range, limit: Self.idsInPiece)
                for id in ids { BoardAnswer.append(id, to: &piece) }
                return ids.last
            }
        case .lastTexts(let count):
            try await answerList(count, on: .public, opening: BoardAnswer.outcome(.ok), to: &sink) {
                (range, piece) async throws(BoardError) in
                let messages = try await board.messages(in: range, page: Self.page)
                for message in messages { BoardAnswer.appendText(message, to: &piece) }
                return messages.last?.id
            }
        case .lastRecords(let count, let name, let withRoad):
            var records = BoardAnswer.Records(withRoad: withRoad)
            try await answerList(count, on: name, opening: BoardAnswer.Records.opening, to: &sink) {
                (range, piece) async throws(BoardError) in
                let messages = try await board.messages(in: range, page: Self.page)
                for message in messages { records.append(message, to: &piece) }
                return messages.last?.id
            }
        case .publish, .publishFull, .get, .getRecord:
            try await sink.write(await wholeAnswer(to: request, from: origin))
        }
    }

    /// The answer to a request that concerns one message.
    private func wholeAnswer(to request: consuming BoardRequest, from origin: Origin) async -> [UInt8] {
        do throws(BoardError) {
            switch request {
            case .publish(let body):
                _ = try await board.publish(Draft(body: body, origin: origin))
                return BoardAnswer.outcome(.ok)
            case .publishFull(let publish):
                return BoardAnswer.published(try await board.publish(publish.draft(from: origin)).id)
            case .get(let id): return BoardAnswer.text(try await board.message(id))
            case .getRecord(let id, let withRoad):
                return BoardAnswer.record(try await board.message(id), withRoad: withRoad)
            case .lastIDs, .lastTexts, .lastRecords: preconditionFailure("lists are answered piece by piece")
            }
        } catch {
            return BoardAnswer.outcome(AnswerCode(error), reason: error.description)
        }
    }

    /// The answer to a request for a list: its pieces are fetched while they are sent, so that none is ever whole in memory.
    ///
    /// - Parameters:
    ///   - opening: what stands before the list.
    ///   - next: appends the range's oldest items, and gives the number of the newest of them; `nil` when there are none.
    private func answerList(
        _ count: Int?, on name: BoardName, opening: [UInt8], to sink: inout some AnswerSink,
        next: (MessageRange, inout [UInt8]) async throws(BoardError) -> MessageID?
    ) async throws(AnswerCut) {
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
                return try await sink.write(BoardAnswer.outcome(AnswerCode(error), reason: error.description))
            }
            try await sink.write(piece)
            hasBegun = true
            piece.removeAll(keepingCapacity: true)
        }
        if !hasBegun { try await sink.write(piece) }
    }
}
