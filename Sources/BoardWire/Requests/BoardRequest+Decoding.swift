import Base64
import MessageBoard

extension BoardRequest {
    /// Reads one whole PDU.
    ///
    /// - Parameter pdu: the bytes; handed over, so that a big body is moved and not copied.
    public init(decoding pdu: consuming [UInt8]) throws(RequestError) {
        guard pdu.count >= 2, pdu[0] < 0x80, pdu[1] == UInt8(ascii: ":") else { throw .badFormat }
        switch pdu[0] {
        case UInt8(ascii: "1"):
            pdu.removeFirst(2)
            self = .publish(body: pdu)
        case UInt8(ascii: "2"): self = .lastIDs(count: try Self.count(pdu[2...]))
        case UInt8(ascii: "3"): self = try Self.get(pdu[2...])
        case UInt8(ascii: "4"): self = .lastTexts(count: try Self.count(pdu[2...]))
        case UInt8(ascii: "6"): self = try Self.lastRecords(pdu[2...])
        case UInt8(ascii: "7"): self = .publishFull(try PublishRequest(payloadOf: pdu))
        default: throw .unknownControl
        }
    }

    private static func count(_ field: ArraySlice<UInt8>) throws(RequestError) -> Int? {
        guard let number = DecimalField.read(field) else { throw .badFormat }
        return number <= 0 ? nil : Int(number)
    }

    private static func get(_ payload: ArraySlice<UInt8>) throws(RequestError) -> BoardRequest {
        let fields = payload.split(separator: UInt8(ascii: ":"), maxSplits: 3, omittingEmptySubsequences: false)
        guard let id = DecimalField.read(fields[0]) else { throw .badFormat }
        if fields.count == 1 { return .get(id) }
        guard fields[1].elementsEqual("record".utf8) else { throw .badFormat }
        return .getRecord(id, withRoad: try wantsRoad(fields.dropFirst(2)))
    }

    private static func lastRecords(_ payload: ArraySlice<UInt8>) throws(RequestError) -> BoardRequest {
        let fields = payload.split(separator: UInt8(ascii: ":"), maxSplits: 3, omittingEmptySubsequences: false)
        let count = try count(fields[0])
        var board = BoardName.public
        if fields.count > 1 {
            let name = String(decoding: fields[1], as: UTF8.self).trimmingASCIIWhitespace()
            if !name.isEmpty {
                guard let named = BoardName(String(name)) else { throw .badFormat }
                board = named
            }
        }
        return .lastRecords(count: count, board: board, withRoad: try wantsRoad(fields.dropFirst(2)))
    }

    /// What stands after the fields everybody knows: nothing, or the one word `road`.
    private static func wantsRoad(_ rest: ArraySlice<ArraySlice<UInt8>>) throws(RequestError) -> Bool {
        guard let word = rest.first else { return false }
        guard rest.count == 1, word.elementsEqual("road".utf8) else { throw .badFormat }
        return true
    }
}

extension PublishRequest {
    /// Reads a `7` request.
    init(payloadOf pdu: consuming [UInt8]) throws(RequestError) {
        var colons: [Int] = []
        for position in 2..<min(pdu.count, WireLimits.publishHeader) where pdu[position] == UInt8(ascii: ":") {
            colons.append(position)
            if colons.count == 4 { break }
        }
        guard colons.count == 4 else { throw pdu.count > WireLimits.publishHeader ? .tooBig : .badFormat }
        let board = try Self.text(pdu[2..<colons[0]])
        let author = try Self.text(pdu[colons[0] + 1..<colons[1]])
        let requestID = try Base64.field(pdu[colons[1] + 1..<colons[2]])
        let attributes = try Self.attributes(pdu[colons[2] + 1..<colons[3]])
        guard let name = board.isEmpty ? .public : BoardName(board) else { throw .badFormat }
        guard author.utf8.count <= Draft.maximumAuthorBytes, requestID.count <= Draft.maximumRequestIDBytes else {
            throw .tooBig
        }
        pdu.removeFirst(colons[3] + 1)
        self.init(
            board: name, author: author.isEmpty ? nil : author, requestID: requestID.isEmpty ? nil : requestID,
            attributes: attributes, body: pdu)
    }

    private static func attributes(_ field: ArraySlice<UInt8>) throws(RequestError) -> Attributes {
        let json = try Base64.field(field)
        do { return try Attributes(json: json) } catch { throw error == .tooBig ? .tooBig : .badFormat }
    }

    private static func text(_ field: ArraySlice<UInt8>) throws(RequestError) -> String {
        if field.isEmpty { return "" }
        guard let text = String(validating: try Base64.field(field), as: UTF8.self) else { throw .badFormat }
        return text
    }
}

extension String {
    func trimmingASCIIWhitespace() -> Substring {
        guard let first = firstIndex(where: { !$0.isASCIIWhitespace }) else { return "" }
        return self[first...lastIndex { !$0.isASCIIWhitespace }!]
    }
}

extension Character {
    fileprivate var isASCIIWhitespace: Bool { isASCII && isWhitespace }
}
