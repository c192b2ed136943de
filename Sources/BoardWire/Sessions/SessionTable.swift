/// The server's half of sessions on UDP (protocols.md, section 2): takes datagrams and the time, says what to answer and
/// which requests are whole. It holds requests until they are whole, and knows of an answer only that it is there.
///
/// ```
///            a              b ...            c: all there          the answer is there
///  (none) -------> receiving -----> receiving -------> carrying out ------------> answered
///                                   | c: holes: 0?0 |                c: 0?1 or 0?0, as the first time
///                                                                    d: a block of the answer
///  e, or nothing heard for SessionLimits.idleTime: back to (none) from anywhere but "carrying out"
/// ```
public struct SessionTable: ~Copyable {
    /// What is to be done about a datagram.
    public enum Reaction: Sendable {
        /// Nothing: a repeat of something that is still being carried out.
        case none
        /// Send this. The receiver has proven that it gets what is sent to its address when it named a session of its own.
        case answer(SessionAnswer, isProven: Bool)
        /// The request is whole: carry it out, then call ``SessionTable/finish(_:taken:)``.
        case carryOut(SessionID, request: [UInt8])
        /// Send this block of the session's answer, or ``SessionAnswer/unknown(index:)`` when it has none there.
        case sendBlock(SessionID, index: Int, withChecks: Bool)
    }

    private let limits: SessionLimits
    private var sessions: [SessionID: ServerSession] = [:]
    private var ofPlace: [SessionPlace: [SessionID]] = [:]
    private var ofAddress: [SessionPlace.Address: [SessionID]] = [:]
    private var queue = IdleQueue()
    private var heldBytes = 0
    private var ended: [SessionID] = []

    /// A table without sessions.
    public init(limits: SessionLimits = SessionLimits()) {
        self.limits = limits
    }

    /// Sessions in it.
    public var count: Int { sessions.count }
    /// Bytes of memory that unfinished requests take.
    public var memory: Int { heldBytes }

    /// Takes a datagram whose first byte is one of `a` to `e`.
    ///
    /// - Parameters:
    ///   - now: the time since some start.
    ///   - fresh: an id for a new session, should one be opened: unguessable, and not given before.
    public mutating func receive(
        _ datagram: [UInt8], from place: SessionPlace, now: Duration, fresh: SessionID
    ) -> Reaction {
        do throws(UnreadableSessionRequest) {
            return switch try SessionRequest(decoding: datagram.span) {
            case .open(let withChecks): open(withChecks, place, now, fresh)
            case .block(let id, let block): take(block, of: id, in: datagram, place, now)
            case .close(let id): close(id, place, now)
            case .fetch(let id, let index): fetch(id, index, place, now)
            case .end(let id): hear(id, place, now) ? leave(id) : .answer(.ended, isProven: false)
            }
        } catch {
            guard let id = error.session, hear(id, place, now) else {
                return .answer(.unknown(index: nil), isProven: false)
            }
            return .answer(.unknown(index: sessions[id]?.hasChecks == true ? error.index : nil), isProven: true)
        }
    }

    /// The request of a session was carried out: whether it was taken, which the close is answered with from now on.
    ///
    /// - Returns: the answer to the close; `nil` when the session is not known any more.
    public mutating func finish(_ id: SessionID, taken: Bool) -> SessionAnswer? {
        guard case .carryingOut(let blocks) = sessions[id]?.state else { return nil }
        sessions[id]?.state = .answered(taken: taken, blocks: blocks)
        return .closed(taken: taken)
    }

    /// Forgets the sessions that were idle for too long.
    public mutating func expire(now: Duration) {
        while let id = oldest(), now - lastHeard(id) >= limits.idleTime { end(id) }
    }

    /// The sessions that ended since the last call: their answers are not asked for any more.
    public mutating func takeEnded() -> [SessionID] {
        defer { ended.removeAll(keepingCapacity: true) }
        return ended
    }

    // MARK: Requests

    private mutating func open(_ withChecks: Bool, _ place: SessionPlace, _ now: Duration, _ fresh: SessionID)
        -> Reaction
    {
        guard makeRoom(for: place, now), sessions[fresh] == nil else {
            return .answer(.unknown(index: nil), isProven: false)
        }
        sessions[fresh] = ServerSession(place: place, hasChecks: withChecks, now: now)
        ofPlace[place, default: []].append(fresh)
        ofAddress[place.address, default: []].append(fresh)
        queue.append(fresh, since: now)
        return .answer(.opened(fresh, withChecks: withChecks), isProven: false)
    }

    private mutating func take(
        _ block: SessionBlock, of id: SessionID, in datagram: [UInt8], _ place: SessionPlace, _ now: Duration
    ) -> Reaction {
        guard hear(id, place, now), let session = sessions[id] else {
            return .answer(.unknown(index: nil), isProven: false)
        }
        let index = session.hasChecks ? block.index : nil
        switch session.state {
        case .carryingOut(let blocks), .answered(_, let blocks):
            return .answer(.held(blocks, index: index), isProven: true)
        case .receiving: break
        }
        guard let data = block.data(in: datagram.span, withCheck: session.hasChecks) else {
            return .answer(.again(index: index), isProven: true)
        }
        switch store(datagram[data], block, id) {
        case .kept(let held): return .answer(.held(held, index: index), isProven: true)
        case .refused: return .answer(.unknown(index: index), isProven: true)
        case .contradictory: return .answer(.again(index: index), isProven: true)
        }
    }

    private mutating func store(_ data: ArraySlice<UInt8>, _ block: SessionBlock, _ id: SessionID)
        -> ReceivedBlocks.Outcome
    {
        guard case .receiving(var blocks) = sessions[id]?.state else { return .refused }
        sessions[id]?.state = .carryingOut(blocks: 0)  // so that the blocks have one owner and are not copied
        defer { sessions[id]?.state = .receiving(blocks) }
        let before = blocks.memory
        defer { heldBytes += blocks.memory - before }
        return blocks.take(block.index, of: block.count, data, room: limits.heldBytes - heldBytes, limits)
    }

    private mutating func close(_ id: SessionID, _ place: SessionPlace, _ now: Duration) -> Reaction {
        guard hear(id, place, now), let session = sessions[id] else {
            return .answer(.closed(taken: false), isProven: false)
        }
        switch session.state {
        case .carryingOut: return .none
        case .answered(let taken, _): return .answer(.closed(taken: taken), isProven: true)
        case .receiving(let blocks):
            guard blocks.isWhole else { return .answer(.closed(taken: false), isProven: true) }
            heldBytes -= blocks.memory
            sessions[id]?.state = .carryingOut(blocks: blocks.count)
            return .carryOut(id, request: blocks.assembled())
        }
    }

    private mutating func fetch(_ id: SessionID, _ index: Int, _ place: SessionPlace, _ now: Duration) -> Reaction {
        guard hear(id, place, now), let session = sessions[id] else {
            return .answer(.unknown(index: nil), isProven: false)
        }
        return switch session.state {
        case .receiving: .answer(.unknown(index: nil), isProven: true)
        case .carryingOut: .answer(.again(index: nil), isProven: true)
        case .answered: .sendBlock(id, index: index, withChecks: session.hasChecks)
        }
    }

    private mutating func leave(_ id: SessionID) -> Reaction {
        if sessions[id]?.mayEnd == true { end(id) }
        return .answer(.ended, isProven: true)
    }

    // MARK: Room

    /// Whether this is a session of that place; notes that it was heard of.
    private mutating func hear(_ id: SessionID, _ place: SessionPlace, _ now: Duration) -> Bool {
        guard sessions[id]?.place == place else { return false }
        sessions[id]?.lastHeard = now
        return true
    }

    /// Whether there is room for one more session. The one idle for the longest gives way when it has to; an active one
    /// never does.
    private mutating func makeRoom(for place: SessionPlace, _ now: Duration) -> Bool {
        let ofPlace = ofPlace[place] ?? []
        if ofPlace.count >= limits.sessionsOfPlace { return giveUpIdlest(of: ofPlace, now) }
        let ofAddress = ofAddress[place.address] ?? []
        if ofAddress.count >= limits.sessionsOfAddress { return giveUpIdlest(of: ofAddress, now) }
        if sessions.count >= limits.sessions { return oldest().map { giveUp($0, now) } ?? false }
        return true
    }

    private mutating func giveUpIdlest(of ids: [SessionID], _ now: Duration) -> Bool {
        guard let idlest = ids.min(by: { lastHeard($0) < lastHeard($1) }) else { return false }
        return giveUp(idlest, now)
    }

    /// The session that was not heard of for the longest, of those that may end.
    private mutating func oldest() -> SessionID? {
        for _ in 0..<2 * queue.count {  // each at most once to the end, and once looked at
            guard let (id, since) = queue.first else { return nil }
            if let session = sessions[id], session.mayEnd, session.lastHeard <= since { return id }
            queue.removeFirst()
            if let session = sessions[id] { queue.append(id, since: session.lastHeard) }
        }
        return nil
    }

    private func lastHeard(_ id: SessionID) -> Duration { sessions[id]?.lastHeard ?? .zero }

    private mutating func giveUp(_ id: SessionID, _ now: Duration) -> Bool {
        guard let session = sessions[id], session.mayEnd, now - session.lastHeard >= limits.idleBeforeEviction else {
            return false
        }
        end(id)
        return true
    }

    private mutating func end(_ id: SessionID) {
        guard let session = sessions.removeValue(forKey: id) else { return }
        heldBytes -= session.heldBytes
        Self.remove(id, from: &ofPlace[session.place])
        Self.remove(id, from: &ofAddress[session.place.address])
        ended.append(id)
    }

    private static func remove(_ id: SessionID, from ids: inout [SessionID]?) {
        ids?.removeAll { $0 == id }
        if ids?.isEmpty == true { ids = nil }
    }
}
