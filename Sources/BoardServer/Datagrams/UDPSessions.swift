import BoardWire
import MessageBoard
import NIOCore
import Synchronization

/// The sessions on all sockets of the UDP road: requests that come in blocks, and answers that are fetched in blocks.
final class UDPSessions: Sendable {
    /// What is to be done about a datagram.
    enum Reaction {
        case none
        /// - isProven: whether the client has shown that it gets what is sent to its address.
        case send([UInt8], isProven: Bool)
        case carryOut(SessionID, request: [UInt8])
    }

    /// Most bytes before the data of an answer's block.
    private static let longestHead = 40

    private struct State: ~Copyable {
        var table: SessionTable
        var answers: [SessionID: SpooledAnswer] = [:]
    }

    private let state: Mutex<State>
    private let answerBytes: Budget
    private let processor: RequestProcessor
    private let limits: ServerLimits
    private let start = ContinuousClock.now

    init(processor: RequestProcessor, limits: ServerLimits) {
        self.processor = processor
        self.limits = limits
        answerBytes = Budget(limit: limits.sessionAnswerBytes)
        var bounds = limits.sessions
        bounds.requestBytes = min(bounds.requestBytes, limits.requestBytes + WireLimits.publishHeader)
        state = Mutex(State(table: SessionTable(limits: bounds)))
    }

    /// Takes a datagram whose first byte is one of `a` to `e`.
    func receive(_ datagram: [UInt8], from peer: SocketAddress) -> Reaction {
        let now = start.duration(to: .now)
        return state.withLock { state in
            let fresh = SessionID.random(in: 1...SessionID(Int64.max))
            let reaction = state.table.receive(datagram, from: peer.sessionPlace, now: now, fresh: fresh)
            forgetEnded(&state)
            switch reaction {
            case .none: return .none
            case .answer(let answer, let isProven): return .send(Self.bytes(of: answer), isProven: isProven)
            case .carryOut(let id, let request): return .carryOut(id, request: request)
            case .sendBlock(let id, let index, let withChecks):
                let size = (peer.isLoopback ? WireLimits.datagram : limits.sessionDatagram) - Self.longestHead
                let block = state.answers[id].flatMap { Self.block(index, size, of: $0, withChecks) }
                return .send(
                    block ?? Self.bytes(of: .unknown(index: nil)), isProven: true)
            }
        }
    }

    /// Carries out a request that is whole.
    ///
    /// - Returns: the answer to the session's close; `nil` when the session has ended meanwhile.
    func carryOut(_ id: SessionID, _ request: [UInt8], from peer: SocketAddress) async -> [UInt8]? {
        guard let origin = Origin(peer, road: .session) else { return nil }
        if await !keepAnswer(to: request, from: origin, in: id) {
            replace(
                with: BoardAnswer.outcome(
                    .serverFailed, reason: "the answer cannot be made, or not be kept until it is fetched"), of: id)
        }
        return finish(id)
    }

    /// Whether the answer is kept whole.
    private func keepAnswer(to request: [UInt8], from origin: Origin, in id: SessionID) async -> Bool {
        switch processor.begin(request, from: origin) {
        case .answered(let answer): return add(answer, to: id)
        case .publish(let draft, let acknowledgement):
            return add(acknowledgement.answer(await processor.publish([draft])[0]), to: id)
        case .get(let number, let form): return add(form.answer(await processor.messages([number])[0]), to: id)
        case .list(let list):
            do throws(RequestProcessor.Cut) {
                try await processor.answer(list) { piece throws(RequestProcessor.Cut) in
                    guard add(piece, to: id) else { throw .broken }
                }
                return true
            } catch {
                return false  // what is kept of it is replaced
            }
        }
    }

    /// Forgets the sessions that were idle for too long.
    func sweep() {
        let now = start.duration(to: .now)
        state.withLock { state in
            state.table.expire(now: now)
            forgetEnded(&state)
        }
    }

    private func add(_ piece: [UInt8], to id: SessionID) -> Bool {
        guard answerBytes.take(piece.count) else { return false }
        return state.withLock { state in
            let answer = state.answers[id] ?? SpooledAnswer()
            state.answers[id] = answer
            return answer.append(piece)
        }
    }

    private func replace(with answer: [UInt8], of id: SessionID) {
        state.withLock { state in
            if let old = state.answers.removeValue(forKey: id) { answerBytes.giveBack(old.count) }
        }
        _ = add(answer, to: id)  // without room even for this there is nothing to fetch
    }

    private func finish(_ id: SessionID) -> [UInt8]? {
        state.withLock { state in
            let isTaken = state.answers[id]?.read(0..<1) == [AnswerCode.ok.rawValue]
            if let answer = state.table.finish(id, taken: isTaken) { return Self.bytes(of: answer) }
            if let answer = state.answers.removeValue(forKey: id) { answerBytes.giveBack(answer.count) }
            return nil
        }
    }

    private func forgetEnded(_ state: inout State) {
        for id in state.table.takeEnded() {
            if let answer = state.answers.removeValue(forKey: id) { answerBytes.giveBack(answer.count) }
        }
    }

    private static func bytes(of answer: SessionAnswer) -> [UInt8] {
        var bytes: [UInt8] = []
        answer.append(to: &bytes)
        return bytes
    }

    /// A block of an answer as a datagram; `nil` when there is no such block.
    private static func block(_ index: Int, _ size: Int, of answer: SpooledAnswer, _ withChecks: Bool) -> [UInt8]? {
        let count = max(1, (answer.count + size - 1) / size)
        guard index < count, let data = answer.read(index * size..<min((index + 1) * size, answer.count)) else {
            return nil
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.longestHead + data.count)
        let block = SessionBlock(index: index, count: count, length: data.count)
        block.appendAnswerHead(check: withChecks ? SessionCheck.of(data.span) : nil, to: &bytes)
        bytes += data
        return bytes
    }
}
