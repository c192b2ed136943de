/// Where an answer goes, piece by piece: a road's own way of taking bytes, with its own bound.
protocol AnswerSink {
    /// Takes the next piece; waits while the client is not ready for it.
    mutating func write(_ piece: [UInt8]) async throws(AnswerCut)
}

/// Why an answer ends before its end.
enum AnswerCut: Error {
    /// It would not fit the road's PDU.
    case tooBig
    /// The client has gone.
    case clientGone
    /// The board could not go on, when the answer's beginning was sent already: the client must not take it for whole.
    case broken
}
