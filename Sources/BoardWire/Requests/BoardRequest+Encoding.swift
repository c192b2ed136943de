import Base64
import MessageBoard

extension BoardRequest {
    /// The PDU.
    public func encoded() -> [UInt8] {
        switch self {
        case .publish(let body): Array("1:".utf8) + body
        case .lastIDs(let count): Array("2:\(count ?? 0)".utf8)
        case .get(let id): Array("3:\(id)".utf8)
        case .getRecord(let id, let withRoad): Array("3:\(id):record\(withRoad ? ":road" : "")".utf8)
        case .lastTexts(let count): Array("4:\(count ?? 0)".utf8)
        case .lastRecords(let count, let board, let withRoad):
            Array("6:\(count ?? 0):\(board)\(withRoad ? ":road" : "")".utf8)
        case .publishFull(let request): request.encoded()
        }
    }
}

extension PublishRequest {
    /// Everything of the `7` request but its body, which follows.
    public func encodedHead() -> [UInt8] {
        var pdu = Array("7:".utf8)
        Base64.append(board.text.utf8, to: &pdu)
        pdu.append(UInt8(ascii: ":"))
        Base64.append((author ?? "").utf8, to: &pdu)
        pdu.append(UInt8(ascii: ":"))
        Base64.append(requestID ?? [], to: &pdu)
        pdu.append(UInt8(ascii: ":"))
        Base64.append(attributes.json, to: &pdu)
        pdu.append(UInt8(ascii: ":"))
        return pdu
    }

    fileprivate func encoded() -> [UInt8] {
        var pdu = encodedHead()
        pdu.reserveCapacity(pdu.count + body.count)
        pdu.append(contentsOf: body)
        return pdu
    }
}
