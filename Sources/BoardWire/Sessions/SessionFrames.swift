/// The number of a session: decimal on the wire, unguessable when ours made it.
public typealias SessionID = UInt64

/// What a client sends in a session (protocols.md, "Sessions"): a step's letter, then fields joined by `?`. The data is
/// the last field and may itself hold `?`.
///
/// ```
/// "a" "?" checks                                                          open; checks: "0" or "1"
/// "b" "?" sid "?" i "?" count "?" len [ "?" check ] "?" data              block i of count
/// "c" "?" sid                                                             close: all blocks are there, take the request
/// "d" "?" sid "?" i                                                       fetch block i of the answer
/// "e" "?" sid                                                             done, or given up
/// ```
///
/// A sid has 1 to 19 digits, i and count 1 to 8, len 1 to 5. The check is there in a session that was opened with
/// checks: the CRC-32C of the data, 1 to 8 hexadecimal digits of either case.
public enum SessionRequest: Sendable, Hashable {
    /// `a`: a new session.
    case open(withChecks: Bool)
    /// `b`: a part of the request.
    case block(SessionID, SessionBlock)
    /// `c`: the request is complete.
    case close(SessionID)
    /// `d`: a part of the answer is wanted.
    case fetch(SessionID, index: Int)
    /// `e`: the session is no longer needed.
    case end(SessionID)

    /// Whether a datagram with this first byte belongs to a session; otherwise it is a request of its own.
    public static func begins(with byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "e")).contains(byte)
    }

    /// Reads one datagram; copies nothing.
    ///
    /// - Throws: ``UnreadableSessionRequest``, which is answered by ``SessionAnswer/unknown(index:)``.
    public init(decoding datagram: Span<UInt8>) throws(UnreadableSessionRequest) {
        var fields = SessionFields(datagram)
        let step = fields.step(in: datagram)
        switch step {
        case UInt8(ascii: "a"):
            guard let checks = fields.number(in: datagram), fields.isAtEnd else { throw UnreadableSessionRequest() }
            self = .open(withChecks: checks == 1)
        case UInt8(ascii: "b"): self = try Self.block(&fields, datagram)
        case UInt8(ascii: "c"): self = .close(try Self.onlySession(&fields, datagram))
        case UInt8(ascii: "d"):
            let session = fields.number(in: datagram, digits: SessionFields.sessionDigits)
            guard let session, let index = fields.index(in: datagram), fields.isAtEnd else {
                throw UnreadableSessionRequest(session: session)
            }
            self = .fetch(session, index: index)
        case UInt8(ascii: "e"): self = .end(try Self.onlySession(&fields, datagram))
        default: throw UnreadableSessionRequest()
        }
    }

    private static func onlySession(
        _ fields: inout SessionFields, _ datagram: Span<UInt8>
    ) throws(UnreadableSessionRequest) -> SessionID {
        let session = fields.number(in: datagram, digits: SessionFields.sessionDigits)
        guard let session, fields.isAtEnd else { throw UnreadableSessionRequest(session: session) }
        return session
    }

    private static func block(
        _ fields: inout SessionFields, _ datagram: Span<UInt8>
    ) throws(UnreadableSessionRequest) -> SessionRequest {
        let session = fields.number(in: datagram, digits: SessionFields.sessionDigits)
        guard let session else { throw UnreadableSessionRequest() }
        let index = fields.index(in: datagram)
        guard let index else { throw UnreadableSessionRequest(session: session) }
        guard let block = fields.block(index, in: datagram) else {
            throw UnreadableSessionRequest(session: session, index: index)
        }
        return .block(session, block)
    }

    /// The datagram; of a block only what stands before the data, which ``SessionBlock/appendRequestHead(session:check:to:)`` also
    /// writes with a check.
    public func append(to bytes: inout [UInt8]) {
        switch self {
        case .open(let withChecks): bytes += withChecks ? "a?1".utf8 : "a?0".utf8
        case .block(let session, let block): block.appendRequestHead(session: session, check: nil, to: &bytes)
        case .close(let session): bytes += "c?\(session)".utf8
        case .fetch(let session, let index): bytes += "d?\(session)?\(index)".utf8
        case .end(let session): bytes += "e?\(session)".utf8
        }
    }
}

/// A session's datagram whose header cannot be read, with what could be.
public struct UnreadableSessionRequest: Error, Sendable, Hashable {
    /// The session, if that far it could be read.
    public var session: SessionID?
    /// The block, if that far it could be read.
    public var index: Int?

    /// What could be read.
    public init(session: SessionID? = nil, index: Int? = nil) {
        self.session = session
        self.index = index
    }
}

/// One block of a request or of an answer, as its header tells; the data stays in the datagram.
public struct SessionBlock: Sendable, Hashable {
    /// Its place, from 0.
    public var index: Int
    /// How many there are.
    public var count: Int
    /// Bytes of data that its sender put in.
    public var length: Int
    /// Where the field after ``length`` begins in the datagram: the check, or the data.
    var rest: Int

    /// A block to be sent.
    public init(index: Int, count: Int, length: Int) {
        self.index = index
        self.count = count
        self.length = length
        rest = 0
    }

    init(index: Int, count: Int, length: Int, rest: Int) {
        self.init(index: index, count: count, length: length)
        self.rest = rest
    }

    /// Where the data is in the datagram that the block was read from; `nil` when it was damaged: there are more or fewer
    /// bytes than its sender said, or their check is another.
    public func data(in datagram: Span<UInt8>, withCheck: Bool) -> Range<Int>? {
        guard withCheck else {
            return datagram.count - rest == length ? rest..<datagram.count : nil
        }
        var fields = SessionFields(datagram, at: rest)
        guard let check = fields.check(in: datagram), datagram.count - fields.position == length else { return nil }
        let data = fields.position..<datagram.count
        return check == SessionCheck.of(datagram.extracting(data)) ? data : nil
    }

    /// The check that its sender put in, in a session with checks; it says nothing about the data until ``data(in:withCheck:)``
    /// has compared them.
    func check(in datagram: Span<UInt8>) -> UInt32? {
        var fields = SessionFields(datagram, at: rest)
        return fields.check(in: datagram)
    }

    /// Everything of a `b` datagram but the data, which follows.
    ///
    /// - Parameter check: of the data, in a session with checks.
    public func appendRequestHead(session: SessionID, check: UInt32?, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "b"))
        SessionFields.append(session, to: &bytes)
        appendNumbers(check, to: &bytes)
    }

    /// Everything of the answer to a `d` but the data, which follows.
    ///
    /// - Parameter check: of the data, in a session with checks.
    public func appendAnswerHead(check: UInt32?, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "0"))
        appendNumbers(check, to: &bytes)
    }

    private func appendNumbers(_ check: UInt32?, to bytes: inout [UInt8]) {
        SessionFields.append(UInt64(index), to: &bytes)
        SessionFields.append(UInt64(count), to: &bytes)
        SessionFields.append(UInt64(length), to: &bytes)
        if let check { SessionCheck.append(check, to: &bytes) }
        bytes.append(SessionFields.separator)
    }
}

/// What a server answers in a session.
///
/// ```
/// "0" "?" sid [ "?" "1" ]                              to a: opened [with checks]
/// "0" "?" held [ "?" i ]                               to b: held so many blocks; with checks: block i is one of them
/// "0" "?" "1" | "0" "?" "0"                            to c: taken, or incomplete; to e always "0?0"
/// "0" "?" i "?" count "?" len [ "?" check ] "?" data   to d: block i of the answer
/// "y" [ "?" i ]                                        to b: damaged, send it again; to d: not ready yet
/// "z" [ "?" i ]                                        header unreadable, no such session, or no room for one
/// ```
///
/// What numbers mean depends on what was asked, so that a client reads `.number` and `.numbers` by its own state.
public enum SessionAnswer: Sendable, Hashable {
    /// `0` and one number: a sid, blocks held, or how a close went.
    case number(UInt64)
    /// `0` and two: a sid and "with checks", or blocks held and the block.
    case numbers(UInt64, UInt64)
    /// `0` and a block of the answer.
    case block(SessionBlock)
    /// `y`: damaged, or not ready.
    case again(index: Int?)
    /// `z`: the header cannot be read, or there is no such session.
    case unknown(index: Int?)

    /// The answer to `a`.
    public static func opened(_ session: SessionID, withChecks: Bool) -> SessionAnswer {
        withChecks ? .numbers(session, 1) : .number(session)
    }

    /// The answer to `b`: how many blocks are held; in a session with checks also which one this is about.
    public static func held(_ count: Int, index: Int?) -> SessionAnswer {
        if let index { .numbers(UInt64(count), UInt64(index)) } else { .number(UInt64(count)) }
    }

    /// The answer to `c`.
    public static func closed(taken: Bool) -> SessionAnswer { .number(taken ? 1 : 0) }

    /// The answer to `e`.
    public static let ended = SessionAnswer.number(0)

    /// Reads one datagram; copies nothing. `nil` when it is no answer in a session.
    public init?(decoding datagram: Span<UInt8>) {
        var fields = SessionFields(datagram)
        let code = fields.step(in: datagram)
        switch code {
        case UInt8(ascii: "0"):
            guard let first = fields.number(in: datagram, digits: SessionFields.sessionDigits) else { return nil }
            if fields.isAtEnd {
                self = .number(first)
                return
            }
            guard let second = fields.number(in: datagram) else { return nil }
            if fields.isAtEnd {
                self = .numbers(first, second)
                return
            }
            guard first < SessionFields.maximumBlocks,
                let block = fields.block(Int(first), count: Int(second), in: datagram)
            else { return nil }
            self = .block(block)
        case UInt8(ascii: "y"), UInt8(ascii: "z"):
            var index: Int?
            if !fields.isAtEnd {
                index = fields.index(in: datagram)
                guard index != nil, fields.isAtEnd else { return nil }
            }
            self = code == UInt8(ascii: "y") ? .again(index: index) : .unknown(index: index)
        default: return nil
        }
    }

    /// The datagram; of a block only what stands before the data, without a check: see
    /// ``SessionBlock/appendAnswerHead(check:to:)``.
    public func append(to bytes: inout [UInt8]) {
        switch self {
        case .number(let number):
            bytes.append(UInt8(ascii: "0"))
            SessionFields.append(number, to: &bytes)
        case .numbers(let first, let second):
            bytes.append(UInt8(ascii: "0"))
            SessionFields.append(first, to: &bytes)
            SessionFields.append(second, to: &bytes)
        case .block(let block): block.appendAnswerHead(check: nil, to: &bytes)
        case .again(let index): Self.append(UInt8(ascii: "y"), index, to: &bytes)
        case .unknown(let index): Self.append(UInt8(ascii: "z"), index, to: &bytes)
        }
    }

    private static func append(_ code: UInt8, _ index: Int?, to bytes: inout [UInt8]) {
        bytes.append(code)
        if let index { SessionFields.append(UInt64(index), to: &bytes) }
    }
}
