/// The client's half of a session on UDP: a request goes out in blocks, and its answer comes back in blocks
/// (protocols.md, "Sessions").
///
/// ```
///           a             b ... b           c              d ... d             e
///  opening ---> sending ---------> closing ---> fetching ----------> finished
///     ^            | z              | 0?0, then d: z   | z, and nothing was handed over yet
///     +------------+----------------+------------------+     (the session is gone: once more from the start)
/// ```
///
/// Its driver gives it datagrams and the time, does what ``next(now:)`` says until that is `nil`, and calls
/// ``wake(now:)`` at ``deadline``. The times are since some start of its own.
public struct SessionExchange: ~Copyable {
    /// What the driver is to do.
    public enum Action: Sendable {
        /// Send this datagram.
        case send([UInt8])
        /// Send this block with its data, `offset` bytes into the request: see ``Block``.
        case sendBlock(Block)
        /// The next bytes of the answer.
        case take([UInt8])
        /// The answer was handed over whole.
        case finish
        /// It did not work.
        case fail(SessionFailure)
    }

    /// A block to be sent, without its data.
    public struct Block: Sendable {
        /// Where its data begins in the request.
        public var offset: Int
        /// Bytes of its data.
        public var length: Int { header.length }
        let header: SessionBlock
        let session: SessionID
        let hasCheck: Bool

        /// Everything of the datagram but the data, which follows.
        ///
        /// - Parameter data: ``length`` bytes of the request from ``offset`` on.
        public func appendHead(of data: Span<UInt8>, to datagram: inout [UInt8]) {
            header.appendRequestHead(
                session: session, check: hasCheck ? SessionCheck.of(data) : nil, to: &datagram)
        }
    }

    /// How far it is, in bytes.
    public struct Progress: Sendable, Hashable {
        /// Bytes of the request that the server confirmed, and in all.
        public var sent = 0, request = 0
        /// Bytes of the answer that were handed over, and in all as far as is known.
        public var fetched = 0, answer = 0
    }

    /// Most bytes of a datagram that go before the data of a block.
    public static let longestHead = 56
    /// Bytes of a datagram that every path carries in one piece (RFC 8085, section 3.2; IPv6 guarantees 1,280).
    public static let pathDatagram = 1_200
    /// Sessions that are opened for one request.
    static let attempts = 5
    /// Answers that say the session is gone, without any progress between them and for longer than a round trip: a few may
    /// be about damaged headers.
    static let signsNeeded = 3
    /// Bytes in flight, and bytes of an answer that wait for those before them.
    static let bytesInFlight = 4 << 20
    /// Most blocks in flight.
    static let blocksInFlight = 2_048
    /// The longest wait before a step is repeated.
    static let longestStepTimeout = Duration.seconds(2)
    /// The pause before an answer that is not ready is asked for again.
    static let readyPause = Duration.milliseconds(50)

    enum Phase: Equatable {
        case opening, sending, closing, fetching, finished
    }

    private let size: Int
    private let blockBytes: Int
    private let silence: Duration
    private(set) var phase = Phase.opening
    private var session: SessionID = 0
    private var hasChecks = false
    private var flight: BlockFlight
    private var answer = SessionAnswerBlocks()
    private var roundTrip = RoundTripEstimator()
    private var outbox: ArraySlice<Action> = []
    private var attempt = 1
    private var goneSigns = 0
    private var refusals = 0
    private var lastProgress: Duration
    /// When a step that one datagram makes is repeated, or an answer that was not ready is asked for again.
    private var repeatAt: Duration?
    /// The wait for the answer to such a step; twice as long each time.
    private var stepTimeout = RoundTripEstimator.initialTimeout
    /// When such a step was sent; `nil` once it was repeated: then its answer tells nothing about the round trip.
    private var stepSentAt: Duration?

    /// A session for one request.
    ///
    /// - Parameters:
    ///   - size: bytes of the request.
    ///   - datagram: most bytes of a datagram.
    ///   - silence: the longest time without progress; then it fails.
    public init(size: Int, datagram: Int, silence: Duration, now: Duration) {
        self.size = size
        self.silence = silence
        blockBytes = max(
            1, min(datagram, WireLimits.datagram) - Self.longestHead, size / SessionFields.maximumBlocks + 1)
        flight = Self.flight(blocks: 1, of: blockBytes, roundTrip)
        lastProgress = now
        open(now)
    }

    /// How far it is.
    public var progress: Progress {
        var progress = Progress(request: size)
        switch phase {
        case .opening: break
        case .sending: progress.sent = min(size, flight.confirmedCount * blockBytes)
        case .closing, .fetching, .finished: progress.sent = size
        }
        progress.fetched = answer.handedOver
        progress.answer = answer.expectedBytes
        return progress
    }

    /// Whether nothing more is to be done.
    public var isFinished: Bool { phase == .finished && outbox.isEmpty }

    // MARK: What to do

    /// The next thing to do; `nil` when there is nothing until a datagram comes or ``deadline`` is there.
    public mutating func next(now: Duration) -> Action? {
        if let action = outbox.popFirst() { return action }
        switch phase {
        case .sending:
            guard let index = flight.next(now: now) else { return nil }
            let offset = index * blockBytes
            let header = SessionBlock(
                index: index, count: flight.count, length: min(blockBytes, size - offset))
            return .sendBlock(Block(offset: offset, header: header, session: session, hasCheck: hasChecks))
        case .fetching:
            guard repeatAt == nil, let index = flight.next(now: now, limit: answer.limit) else { return nil }
            return .send(Self.bytes(of: .fetch(session, index: index)))
        case .opening, .closing, .finished: return nil
        }
    }

    /// When ``wake(now:)`` is to be called, unless a datagram changes it.
    public var deadline: Duration {
        var deadline = lastProgress + silence
        if let repeatAt { deadline = min(deadline, repeatAt) }
        if phase == .sending || phase == .fetching, let lost = flight.deadline { deadline = min(deadline, lost) }
        return deadline
    }

    /// The time has come.
    public mutating func wake(now: Duration) {
        guard phase != .finished else { return }
        guard now < lastProgress + silence else { return fail(.silence(after: silence, refused: refusals > 0)) }
        let isRepeatDue = repeatAt.map { now >= $0 } ?? false
        switch phase {
        case .opening where isRepeatDue: repeatStep(.open(withChecks: true), now)
        case .closing where isRepeatDue: repeatStep(.close(session), now)
        case .sending: flight.wake(now: now)
        case .fetching:
            if isRepeatDue { repeatAt = nil }
            flight.wake(now: now)
        default: break
        }
    }

    /// A datagram arrived.
    public mutating func receive(_ datagram: Span<UInt8>, now: Duration) {
        guard let message = SessionAnswer(decoding: datagram) else { return }
        if case .numbers(let other, 1) = message, other > SessionFields.maximumBlocks, phase != .opening {
            // The answer to a repeated open: that session is not needed.
            if other != session, phase != .finished { outbox.append(.send(Self.bytes(of: .end(other)))) }
            return
        }
        switch phase {
        case .opening: opening(message, now)
        case .sending: sending(message, now)
        case .closing: closing(message, now)
        case .fetching: fetching(message, datagram, now)
        case .finished: break
        }
    }

    // MARK: Steps

    private mutating func open(_ now: Duration) {
        phase = .opening
        goneSigns = 0
        sendStep(.open(withChecks: true), now)
        stepSentAt = now
    }

    private mutating func sendStep(_ step: SessionRequest, _ now: Duration) {
        outbox.append(.send(Self.bytes(of: step)))
        stepTimeout = roundTrip.timeout
        repeatAt = now + stepTimeout
    }

    private mutating func repeatStep(_ step: SessionRequest, _ now: Duration) {
        outbox.append(.send(Self.bytes(of: step)))
        stepSentAt = nil
        stepTimeout = min(stepTimeout * 2, Self.longestStepTimeout)
        repeatAt = now + stepTimeout
    }

    private mutating func stepIsAnswered(_ now: Duration) {
        if let stepSentAt { roundTrip.measure(now - stepSentAt) }
        stepSentAt = nil
        repeatAt = nil
        progressed(now)
    }

    private mutating func progressed(_ now: Duration) {
        lastProgress = now
        goneSigns = 0
        refusals = 0
    }

    private mutating func opening(_ message: SessionAnswer, _ now: Duration) {
        switch message {
        case .number(let id) where id > 0: (session, hasChecks) = (id, false)
        case .numbers(let id, 1) where id > 0: (session, hasChecks) = (id, true)
        case .unknown:
            refusals += 1  // no room; asked again when the time has come
            return
        default: return
        }
        stepIsAnswered(now)
        phase = .sending
        let count = max(1, (size + blockBytes - 1) / blockBytes)
        // Answers that do not name their block can only be about the one block that is in flight.
        flight = Self.flight(blocks: count, of: blockBytes, roundTrip, oneAtATime: !hasChecks)
    }

    private mutating func sending(_ message: SessionAnswer, _ now: Duration) {
        switch message {
        case .numbers(let held, let index) where hasChecks && held <= flight.count:
            confirmBlock(Int(index), now)
        case .number(let held) where !hasChecks && held <= flight.count:
            // One at a time: with so many held, all before have arrived.
            if held > 0, flight.confirmedCount < held { confirmBlock(flight.confirmedCount, now) }
        case .again(let index):
            guard hasChecks == (index != nil) else { return sessionSeemsOther(now) }
            flight.damaged(index ?? flight.confirmedCount)
        case .numbers: sessionSeemsOther(now)
        case .unknown(nil): sessionSeemsGone(now)
        case .unknown: refusals += 1  // no room for it, or damaged: it is sent again when its time is up
        default: break
        }
    }

    /// An answer as in a session with checks came in one without: the answer to the open was damaged.
    private mutating func sessionSeemsOther(_ now: Duration) {
        if !hasChecks { sessionSeemsGone(now) }
    }

    private mutating func confirmBlock(_ index: Int, _ now: Duration) {
        guard flight.confirm(index, now: now) else { return }
        progressed(now)
        if flight.isComplete { close(now) }
    }

    private mutating func close(_ now: Duration) {
        roundTrip = flight.roundTrip
        phase = .closing
        sendStep(.close(session), now)  // not measured: it is answered when the request was carried out
    }

    private mutating func closing(_ message: SessionAnswer, _ now: Duration) {
        switch message {
        // 0?0 is also what a request gets that was carried out and refused: only the answer can tell.
        case .number(0), .number(1):
            stepIsAnswered(now)
            phase = .fetching
            answer = SessionAnswerBlocks()
            flight = Self.flight(blocks: 1, of: 1, roundTrip)  // SessionAnswerBlocks.limit bounds the bytes
        case .unknown(nil): sessionSeemsGone(now)
        default: break
        }
    }

    private mutating func fetching(_ message: SessionAnswer, _ datagram: Span<UInt8>, _ now: Duration) {
        switch message {
        case .block(let block):
            guard let data = block.data(in: datagram, withCheck: hasChecks) else { return flight.damaged(block.index) }
            let check = hasChecks ? block.check(in: datagram) : nil
            take(block, datagram.extracting(data), check, now)
        case .again(let index):
            flight.damaged(index ?? 0)
            repeatAt = now + max(Self.readyPause, flight.roundTrip.smoothed ?? .zero)
        case .unknown: sessionSeemsGone(now)
        default: break
        }
    }

    private mutating func take(_ block: SessionBlock, _ data: Span<UInt8>, _ check: UInt32?, _ now: Duration) {
        guard flight.isAwaited(block.index) else { return compare(block.index, check) }
        guard answer.vote(for: block) else { return }
        flight.count = answer.count
        guard flight.confirm(block.index, now: now) else { return }
        progressed(now)
        answer.keep(block, data, check: check)
        while let piece = answer.popNext() { outbox.append(.take(piece)) }
        if answer.isWhole { return finish() }
        if flight.isComplete { flight.damaged(0) }  // asked for again, for its vote
    }

    /// A block that is here already came again. With another check, the header of one of the two was damaged, and which one
    /// cannot be told: both go, unless one has been handed over.
    private mutating func compare(_ index: Int, _ check: UInt32?) {
        guard let check, answer.contradicts(index, check) else { return }
        guard answer.drop(index) else { return fail(.contradiction) }
        flight.damaged(index)
    }

    private mutating func finish() {
        outbox.append(.send(Self.bytes(of: .end(session))))
        outbox.append(.finish)
        phase = .finished
    }

    /// One sign that the server does not know the session; enough of them, and it begins anew.
    private mutating func sessionSeemsGone(_ now: Duration) {
        goneSigns += 1
        let patience = max(flight.roundTrip.overtakenAfter, RoundTripEstimator.minimumTimeout)
        guard goneSigns >= Self.signsNeeded, now - lastProgress > patience else { return }
        guard answer.handedOver == 0 else { return fail(.lostInTheMiddle) }
        guard attempt < Self.attempts else { return fail(.lostTooOften(Self.attempts)) }
        attempt += 1
        answer = SessionAnswerBlocks()
        open(now)
    }

    private mutating func fail(_ failure: SessionFailure) {
        if session != 0 { outbox.append(.send(Self.bytes(of: .end(session)))) }
        outbox.append(.fail(failure))
        phase = .finished
    }

    private static func flight(
        blocks: Int, of bytes: Int, _ roundTrip: RoundTripEstimator, oneAtATime: Bool = false
    ) -> BlockFlight {
        let most = max(2, min(blocksInFlight, bytesInFlight / bytes))
        let window =
            oneAtATime
            ? CongestionWindow(initial: 1, maximum: 1) : CongestionWindow(initial: min(10, most), maximum: most)
        return BlockFlight(count: blocks, roundTrip: roundTrip, window: window)
    }

    private static func bytes(of request: SessionRequest) -> [UInt8] {
        var bytes: [UInt8] = []
        request.append(to: &bytes)
        return bytes
    }
}

/// Why a session did not work.
public enum SessionFailure: Error, Sendable, Hashable {
    /// Nothing moved for so long; whether the server said that it has no room, or takes no more.
    case silence(after: Duration, refused: Bool)
    /// The server forgot the session each time; how often.
    case lostTooOften(Int)
    /// The server forgot the session when a part of the answer had been handed over.
    case lostInTheMiddle
    /// A part of the answer that had been handed over came again, and differs.
    case contradiction
}
