import BoardWire
import MessageBoard
import SeededRandom

extension SeededGenerator {
    mutating func bytes(upTo count: Int, from alphabet: [UInt8] = Array(0...255)) -> [UInt8] {
        (0..<Int.random(in: 0...count, using: &self)).map { _ in alphabet.randomElement(using: &self) ?? 0 }
    }

    mutating func text(upTo count: Int) -> String {
        String(
            (0..<Int.random(in: 0...count, using: &self)).map { _ in
                "aZ0:,;?/\"\\ äß漢🎈\n".randomElement(using: &self) ?? "x"
            })
    }

    mutating func board() -> BoardName {
        BoardName(["public", "a", "notes.2", "A-_9"].randomElement(using: &self) ?? "public") ?? .public
    }

    mutating func attributes() -> Attributes {
        let pairs = (0..<Int.random(in: 0...4, using: &self)).map { ("k\($0)", text(upTo: 20)) }
        return (try? Attributes(Dictionary(uniqueKeysWithValues: pairs))) ?? .none
    }

    mutating func author() -> String? {
        let text = text(upTo: 12)
        return text.isEmpty ? nil : text
    }

    mutating func request() -> BoardRequest {
        let count = Bool.random(using: &self) ? nil : Int.random(in: 1...1_000, using: &self)
        let id = MessageID.random(in: 0...(.max), using: &self)
        switch Int.random(in: 0..<7, using: &self) {
        case 0: return .publish(body: bytes(upTo: 50))
        case 1: return .lastIDs(count: count)
        case 2: return .get(id)
        case 3: return .getRecord(id, withRoad: .random(using: &self))
        case 4: return .lastTexts(count: count)
        case 5: return .lastRecords(count: count, board: board(), withRoad: .random(using: &self))
        default:
            let requestID = bytes(upTo: 20)
            return .publishFull(
                PublishRequest(
                    board: board(), author: author(), requestID: requestID.isEmpty ? nil : requestID,
                    attributes: attributes(), body: bytes(upTo: 50)))
        }
    }

    mutating func liveRequest() -> LiveRequest {
        switch Int.random(in: 0..<9, using: &self) {
        case 0: .publish(body: bytes(upTo: 50))
        case 1: .fetch
        case 2: .resume(after: .random(in: 0...(.max), using: &self))
        case 3: .resumeAtLast(count: .random(in: 0...1_000, using: &self))
        case 4: .boards([BoardPattern.all, BoardPattern(board())].randomElement(using: &self) ?? .all)
        case 5: .delivery(LiveDelivery.allCases.randomElement(using: &self) ?? .push)
        case 6: .publishNamed(.random(in: 0...(.max), using: &self), body: bytes(upTo: 50))
        case 7: .publishNamed(.random(in: 0...(.max), using: &self), body: bytes(upTo: 50), author: board().text)
        default: .listBoards
        }
    }

    mutating func message() -> Message {
        let address = ["192.0.2.7", "2001:db8::1", "::"].randomElement(using: &self) ?? "::"
        return Message(
            id: .random(in: 1...(.max), using: &self), board: board(),
            time: Timestamp(microseconds: .random(in: 0...4_000_000_000_000_000, using: &self)),
            origin: Origin(address: address, port: .random(in: 0...(.max), using: &self), road: .udp),
            author: author(), attributes: attributes(), body: bytes(upTo: 60))
    }
}
