import BoardWire
import MessageBoard
import ServerModels

/// The TCP road as a service of any server model: one request a connection, up to the half-close, then the answer.
struct BoardService: ServerModels.Service {
    private let processor: RequestProcessor
    private let limits: ServerLimits
    private let requestBytes: Budget

    init(processor: RequestProcessor, limits: ServerLimits) {
        self.processor = processor
        self.limits = limits
        requestBytes = Budget(limit: limits.unfinishedRequestBytes)
    }

    func framing() -> any RequestFraming {
        BoardFraming(StreamRequest(budget: requestBytes, limits: limits))
    }

    func handle(_ request: [UInt8], from peer: Peer) throws -> Answer {
        let origin = Origin(address: peer.address, port: UInt16(clamping: peer.port), road: .tcp)
        switch processor.begin(request, from: origin) {
        case .answered(let answer): return .ready(answer)
        case .publish(let draft, let acknowledgement):
            return .awaited { acknowledgement.answer(await processor.publish([draft])[0]) }
        case .get(let id, let form): return .awaited { form.answer(await processor.messages([id])[0]) }
        case .list(let request): return .awaited { try await whole(request) }
        }
    }

    func failure(_ reason: String) -> [UInt8] {
        BoardAnswer.outcome(.serverFailed, reason: reason)
    }

    /// The answer to a request for a list, in one piece: a model sends what it is given.
    private func whole(_ request: BoardRequest) async throws -> [UInt8] {
        var answer: [UInt8] = []
        do throws(RequestProcessor.Cut) {
            try await processor.answer(request) { piece throws(RequestProcessor.Cut) in
                guard answer.count + piece.count <= limits.wholeAnswerBytes else { throw .tooBig }
                answer += piece
            }
        } catch {
            switch error {
            case .tooBig: return BoardAnswer.outcome(.tooBig)
            case .broken, .clientGone: return failure("the list could not be read to its end; try again")
            }
        }
        return answer
    }
}

/// Takes one request, which is everything up to the half-close.
private final class BoardFraming: RequestFraming {
    private var request: StreamRequest
    private var refusal: [UInt8]?
    private var isEnded = false
    private var isTaken = false

    init(_ request: consuming StreamRequest) {
        self.request = request
    }

    func append(_ bytes: UnsafeRawBufferPointer) {
        guard refusal == nil, let reason = request.append(bytes) else { return }
        request.drop()
        refusal = reason.answer
    }

    func end() { isEnded = true }

    func next() -> FramingStep {
        if let refusal { return .refused(refusal) }
        if isTaken { return .finished }
        guard isEnded else { return .needsMore }
        isTaken = true
        return .request(request.take())
    }
}
