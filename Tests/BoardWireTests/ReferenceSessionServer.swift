import BoardWire
import SeededRandom

/// A small server, written from the protocol's table alone: what the client's machine is tested against.
final class ReferenceSessionServer {
    private struct Session {
        let client: Int
        let hasChecks: Bool
        var count = 0
        var blocks: [Int: [UInt8]] = [:]
        var answer: [UInt8]?
    }

    /// Whether it knows of checks.
    var knowsChecks = true
    /// Sessions that it refuses before it takes one.
    var refusals = 0
    /// Fetches that it answers by "not ready".
    var unready = 0
    /// Blocks that it takes before it forgets everything, once.
    var forgetsAfter: Int?
    /// Bytes of an answer's block.
    var answerBlock = 1_100
    /// What was taken, in order.
    private(set) var taken: [[UInt8]] = []
    private(set) var ended = 0
    private var sessions: [SessionID: Session] = [:]
    private var random: SeededGenerator
    private let reply: ([UInt8]) -> [UInt8]

    init(seed: UInt64, reply: @escaping ([UInt8]) -> [UInt8] = { _ in Array("0:1".utf8) }) {
        random = SeededGenerator(seed: seed)
        self.reply = reply
    }

    var openSessions: Int { sessions.count }

    func forgetAll() { sessions = [:] }

    func receive(_ datagram: [UInt8], from client: Int, now: Duration) -> [[UInt8]] {
        guard let request = try? SessionRequest(decoding: datagram.span) else { return ["z"].map { Array($0.utf8) } }
        switch request {
        case .open(let withChecks):
            if refusals > 0 {
                refusals -= 1
                return [Array("z".utf8)]
            }
            let id = SessionID.random(in: 1 << 40...SessionID(Int64.max), using: &random)
            sessions[id] = Session(client: client, hasChecks: withChecks && knowsChecks)
            return [Array((withChecks && knowsChecks ? "0?\(id)?1" : "0?\(id)").utf8)]
        case .block(let id, let block): return [Array(take(block, id, datagram, client).utf8)]
        case .close(let id):
            guard let session = sessions[id], session.client == client else { return [Array("0?0".utf8)] }
            if session.answer == nil {
                guard session.count > 0, session.blocks.count == session.count else { return [Array("0?0".utf8)] }
                let whole = (0..<session.count).flatMap { session.blocks[$0] ?? [] }
                taken.append(whole)
                sessions[id]?.answer = reply(whole)
            }
            return [Array("0?1".utf8)]
        case .fetch(let id, let index): return [fetch(id, index, client)]
        case .end(let id):
            ended += 1
            sessions[id] = nil
            return [Array("0?0".utf8)]
        }
    }

    private func take(_ block: SessionBlock, _ id: SessionID, _ datagram: [UInt8], _ client: Int) -> String {
        guard let session = sessions[id], session.client == client else { return "z" }
        let name = session.hasChecks ? "?\(block.index)" : ""
        guard block.index < block.count, session.count == 0 || session.count == block.count else { return "z" + name }
        guard let data = block.data(in: datagram.span, withCheck: session.hasChecks) else { return "y" + name }
        if let limit = forgetsAfter, session.blocks.count >= limit {
            forgetsAfter = nil
            forgetAll()
            return "z"
        }
        let bytes = Array(datagram[data])
        if let before = session.blocks[block.index], before != bytes {
            // One of the two has a damaged header: which one cannot be told.
            sessions[id]?.blocks[block.index] = nil
            return "y" + name
        }
        sessions[id]?.count = block.count
        sessions[id]?.blocks[block.index] = bytes
        return "0?\(sessions[id]?.blocks.count ?? 0)" + name
    }

    private func fetch(_ id: SessionID, _ index: Int, _ client: Int) -> [UInt8] {
        guard let session = sessions[id], session.client == client, let answer = session.answer else {
            return Array("z".utf8)
        }
        if unready > 0 {
            unready -= 1
            return Array("y".utf8)
        }
        let count = max(1, (answer.count + answerBlock - 1) / answerBlock)
        guard index < count else { return Array("z".utf8) }
        let data = Array(answer[index * answerBlock..<min((index + 1) * answerBlock, answer.count)])
        var datagram: [UInt8] = []
        SessionBlock(index: index, count: count, length: data.count)
            .appendAnswerHead(check: session.hasChecks ? SessionCheck.of(data.span) : nil, to: &datagram)
        return datagram + data
    }
}
