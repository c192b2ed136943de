import BoardWire
import MessageBoard
import XMLRPC

/// A message's text as it comes in a call.
protocol MessageText: XMLRPCConvertible {
    var body: [UInt8] { get }
}

extension String: MessageText {
    var body: [UInt8] { Array(utf8) }
}

extension XMLRPCBytes: MessageText {
    var body: [UInt8] { bytes }
}

extension BoardName {
    /// A board that a caller names.
    init(called name: String) throws(XMLRPCFault) {
        guard let board = BoardName(name) else {
            throw .invalidParameters("a board's name has 1 to \(Self.maximumLength) of A-Z a-z 0-9 . _ -")
        }
        self = board
    }
}

extension BoardPattern {
    /// Boards that a caller names.
    init(called name: String) throws(XMLRPCFault) {
        guard let boards = BoardPattern(name) else {
            throw .invalidParameters("a board, or a pattern of boards, has 1 to \(Self.maximumLength) of A-Z a-z 0-9 . _ - *")
        }
        self = boards
    }
}

/// What a publisher may say besides the text.
struct PublishOptions {
    /// The attribute that holds a source that a caller claims.
    static let claimedSource = "claimed-source"

    var board = BoardName.public
    var author: String?
    var requestID: [UInt8]?
    var attributes: [String: String] = [:]

    init() {}

    /// - Parameter source: an ip and a port, as the notes' clients send them.
    init(source: [XMLRPCValue]) throws(XMLRPCFault) {
        guard source.count == 2, case .string(let ip) = source[0], case .int(let port) = source[1] else {
            throw .invalidParameters("source has to be [ip, port]: a string and an int")
        }
        attributes[Self.claimedSource] = ip.contains(":") ? "[\(ip)]:\(port)" : "\(ip):\(port)"
    }

    init(board: BoardName, _ options: [String: XMLRPCValue]) throws(XMLRPCFault) {
        self = try options["source"].map { (value) throws(XMLRPCFault) in
            try PublishOptions(source: try [XMLRPCValue](xmlrpcValue: value))
        } ?? PublishOptions()
        self.board = board
        for (name, value) in options {
            switch name {
            case "author": author = try String(xmlrpcValue: value)
            case "request_id":
                requestID =
                    if case .base64(let bytes) = value { bytes } else { Array(try String(xmlrpcValue: value).utf8) }
            case "attributes":
                attributes.merge(try [String: String](xmlrpcValue: value)) { claimed, _ in claimed }
            case "source": break
            default: throw .invalidParameters("there is no option \"\(name)\": author, request_id, attributes, source")
            }
        }
    }

    func draft(_ body: [UInt8], from origin: Origin) throws(BoardError) -> Draft {
        try Draft(
            board: board, author: author, requestID: requestID, attributes: try Attributes(attributes), body: body,
            origin: Origin(address: origin.address, port: origin.port, road: .xmlrpc))
    }
}

extension Message {
    /// As the notes have it: time, ip, port, text.
    var asTuple: [XMLRPCValue] {
        [.double(time.seconds), .string(origin.address), .int(Int64(origin.port)), .text(body)]
    }

    /// Everything about it.
    var asStruct: XMLRPCValue {
        var members: [String: XMLRPCValue] = [
            "id": .int(id), "board": .string(board.text), "time": .double(time.seconds),
            "ip": .string(origin.address), "port": .int(Int64(origin.port)), "road": .string(origin.road.name),
            "attributes": .struct(attributes.values.mapValues { .text(Array($0.utf8)) }), "msg": .text(body),
        ]
        if let author { members["author"] = .text(Array(author.utf8)) }
        return .struct(members)
    }
}

extension XMLRPCFault {
    /// The wire's answer codes are the numbers of the board's faults.
    init(_ error: BoardError) {
        let digit = AnswerCode(error).rawValue - AnswerCode.ok.rawValue
        self.init(code: Int32(digit), string: error.description)
    }
}
