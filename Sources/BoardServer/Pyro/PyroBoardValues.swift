import BoardWire
import MessageBoard
import PyroWire
import RemoteObjects

/// The board's own types as the values of the Pyro road (protocols.md, "Remote objects").

extension BoardName {
    /// A board that a caller names; the standard one when it names none.
    init(called name: String?) throws(PyroException) {
        guard let name else {
            self = .public
            return
        }
        guard let board = BoardName(name) else {
            throw .builtin("ValueError", "a board's name has 1 to \(Self.maximumLength) of A-Z a-z 0-9 . _ -")
        }
        self = board
    }
}

extension BoardPattern {
    /// Boards that a caller names.
    init(called name: String?) throws(PyroException) {
        guard let boards = name.map({ BoardPattern($0) }) ?? BoardPattern(.public) else {
            throw .builtin(
                "ValueError",
                "a board, or a pattern of boards, has 1 to \(Self.maximumLength) of A-Z a-z 0-9 . _ - *")
        }
        self = boards
    }
}

extension Origin {
    /// Where the call that is being carried out came from.
    static var caller: Origin {
        PyroActorSystem.caller.flatMap { Origin($0.address, road: .pyro) }
            ?? Origin(address: "0.0.0.0", port: 0, road: .pyro)
    }
}

extension PyroValue {
    /// A text as it comes in a call: a `str`, or bytes in any of the forms that serializers have for them.
    func body(_ what: String) throws(PyroException) -> [UInt8] {
        if case .string(let text) = self { return Array(text.utf8) }
        if case .bytes(let bytes) = self { return bytes }
        if case .dict = self, let bytes = try? PyroValueDecoder().decode([UInt8].self, from: self) { return bytes }
        throw .builtin("TypeError", "\(what) has to be str or bytes, not \(typeName)")
    }

    /// A text as it is given out: a `str`, or `bytes` when it is none.
    init(body: [UInt8]) {
        self = String(validating: body, as: UTF8.self).map { .string($0) } ?? .bytes(body)
    }
}

extension Message {
    /// As the notes have it: time, ip, port, text.
    var pyroTuple: [PyroValue] {
        [.float(time.seconds), .string(origin.address), .int(Int(origin.port)), PyroValue(body: body)]
    }

    /// The same with the number in front.
    var pyroItem: PyroValue { .list([.int(Int(id))] + pyroTuple) }

    /// Everything about it.
    var pyroRecord: PyroValue {
        [
            "id": .int(Int(id)), "board": .string(board.text), "time": .float(time.seconds),
            "ip": .string(origin.address), "port": .int(Int(origin.port)), "road": .string(origin.road.name),
            "author": author.map { .string($0) } ?? .none,
            "attributes": .dict(
                attributes.values.sorted { $0.key < $1.key }
                    .map { PyroEntry(key: .string($0.key), value: .string($0.value)) }),
            "text": PyroValue(body: body),
        ]
    }
}

extension PyroException {
    /// The attribute that has the number of the board's answer, as the other roads have it.
    static let code = "code"

    /// What a caller is told of a board's error: an exception that every Python has.
    init(_ error: BoardError) {
        self =
            switch error {
            case .messageNotFound: .builtin("KeyError", error.description)
            case .tooBig: .builtin("ValueError", error.description)
            case .cancelled: .pyro("PyroError", "the server stops")
            case .messageDamaged, .full, .overloaded, .unavailable: .builtin("RuntimeError", error.description)
            }
        let code = Int(AnswerCode(error).rawValue - AnswerCode.ok.rawValue)
        attributes = [PyroEntry(key: .string(Self.code), value: .int(code))]
    }
}
