package import BoardWire
package import MessageBoard

/// What the server knows of one long-lived connection, without the connection itself: how it wants its news, what it was
/// given, which of its requests wait. Takes events, and is asked for the next thing to do until there is none.
///
/// Requests are carried out one after the other, except that publishes which wait together are published together. What was
/// given never goes back by itself, so that nothing is given twice and nothing skipped.
///
/// ```
///              requests ──> waiting ──> publish / locate ──> answers
///                                          │ (2:)
///  fed (the hub's place) ──> behind ──> read pages up to there ──> current: takes what the hub encodes for all
/// ```
package struct LiveConnection {
    /// What is to be done next.
    package enum Action: Sendable, Hashable {
        /// Send this.
        case send(LiveAnswer)
        /// Publish these, then tell ``published(_:)``.
        case publish([Draft])
        /// Find the stretch that the newest messages take up, then tell ``located(_:)``.
        case locate(count: Int?)
        /// Read a page of this, then tell ``pageRead(_:)`` and ``pageSent()``.
        case read(MessageRange)
        /// The boards or the delivery changed: belong to the others of that kind.
        case changeFeed
        /// Send the list of boards.
        case listBoards
    }

    private enum Waiting {
        case publish(UInt64?, PublishRequest)
        case request(LiveRequest)
        case refusal(LiveAnswer)

        var isPublish: Bool { if case .publish = self { true } else { false } }
    }

    /// Requests whose carrying out begins with finding a place on the board.
    private enum Locating {
        case fetch
        case resume(after: MessageID)
        case resumeAtLast
    }

    /// The boards that it is given messages of.
    package private(set) var boards = BoardPattern(.public)
    /// How it is brought news.
    package private(set) var delivery = LiveDelivery.notify
    /// Whether it has been given everything that the hub has fed, and takes what comes next from it.
    package private(set) var isCurrent = false
    /// Bytes of bodies that wait or are being published.
    package private(set) var bytesInHand = 0

    private let origin: Origin
    private let limits: ServerLimits
    /// The highest number given, while it is not current.
    private var given: MessageID = 0
    /// The same for boards that it has left.
    private var left: [BoardPattern: MessageID] = [:]
    /// The newest number heard of, when it is to be notified.
    private var heard: MessageID = 0
    private var isNotified = false
    private var waiting: [Waiting] = []
    /// The names of the requests that are being published.
    private var publishing: [UInt64?]?
    private var bytesPublishing = 0
    private var locating: Locating?
    /// What a fetch has still to give.
    private var fetching: MessageRange?
    /// The page that is being read or sent.
    private var page: MessageRange?

    /// A new connection: notified, of the board `public`, given nothing.
    package init(from origin: Origin, limits: ServerLimits) {
        self.origin = origin
        self.limits = limits
    }

    // MARK: Requests

    /// Whether another request may come.
    package var takesMore: Bool {
        waiting.count < limits.liveRequestsWaiting && bytesInHand <= limits.liveBytesInHand
    }

    /// Whether nothing is in hand: no request waits for its answer.
    package var isIdle: Bool {
        waiting.isEmpty && publishing == nil && locating == nil && fetching == nil && page == nil
    }

    /// Whether the messages of a fetch are being sent, so that nothing else may be.
    package var isFetching: Bool { fetching != nil }

    /// A request has come.
    package mutating func receive(_ request: LiveRequest) {
        switch request {
        case .publish(let body): publish(nil, PublishRequest(body: body))
        case .publishNamed(let name, let body, let author, let requestID):
            publish(name, PublishRequest(author: author, requestID: requestID, body: body))
        default: waiting.append(.request(request))
        }
    }

    private mutating func publish(_ name: UInt64?, _ request: PublishRequest) {
        do throws(BoardError) { _ = try request.draft(from: origin) } catch {
            return waiting.append(.refusal(.failed(name, reason: error.description)))
        }
        bytesInHand += request.body.count
        waiting.append(.publish(name, request))
    }

    /// Something has come that can only be answered like this.
    package mutating func refuse(with answer: LiveAnswer) {
        waiting.append(.refusal(answer))
    }

    // MARK: What to do

    /// The next thing to do; `nil` until something more happens.
    ///
    /// - Parameter fed: the highest number that the hub has fed.
    package mutating func next(fed: MessageID) -> Action? {
        guard locating == nil else { return nil }
        if let fetching { return page == nil ? read(fetching) : nil }
        if publishing == nil, let action = beginRequest(fed: fed) { return action }
        if delivery == .notify { return news() }
        guard !isCurrent, page == nil else { return nil }
        if given < fed { return read(MessageRange(boards: boards, after: given, through: fed)) }
        isCurrent = given == fed
        return nil
    }

    private mutating func read(_ range: MessageRange) -> Action {
        page = range
        return .read(range)
    }

    /// Not while one of its own messages is being published, so that it hears of its own message first.
    private mutating func news() -> Action? {
        guard heard > given, !isNotified, publishing == nil else { return nil }
        isNotified = true
        return .send(.news)
    }

    private mutating func beginRequest(fed: MessageID) -> Action? {
        guard let first = waiting.first else { return nil }
        switch first {
        case .refusal(let answer):
            waiting.removeFirst()
            return .send(answer)
        case .publish: return beginPublishing()
        case .request(let request):
            guard page == nil else { return nil }
            waiting.removeFirst()
            return begin(request, fed: fed)
        }
    }

    private mutating func begin(_ request: LiveRequest, fed: MessageID) -> Action {
        leaveCurrent(given: fed)
        switch request {
        case .fetch:
            isNotified = false
            locating = .fetch
            return .locate(count: nil)
        case .resume(let id):
            locating = .resume(after: id)
            return .locate(count: 0)
        case .resumeAtLast(let count):
            locating = .resumeAtLast
            return .locate(count: count)
        case .boards(let boards): return change(to: boards)
        case .delivery(let delivery):
            self.delivery = delivery
            isNotified = false
            return .changeFeed
        case .listBoards: return .listBoards
        case .publish, .publishNamed: preconditionFailure("receive(_:) takes them apart")
        }
    }

    private mutating func change(to boards: BoardPattern) -> Action {
        guard boards != self.boards else { return .changeFeed }
        guard left[boards] != nil || left.count + 2 <= limits.livePatterns else { return .send(.unreadable) }
        left[self.boards] = given
        given = left.removeValue(forKey: boards) ?? 0
        heard = 0
        self.boards = boards
        return .changeFeed
    }

    /// All publishes that wait at the head of the queue.
    private mutating func beginPublishing() -> Action {
        var names: [UInt64?] = []
        var drafts: [Draft] = []
        let board = boards.board ?? .public
        bytesPublishing = 0
        let publishes = waiting.prefix(while: \.isPublish).count
        for case .publish(let name, var request) in waiting.prefix(publishes) {
            request.board = board
            bytesPublishing += request.body.count
            // Cannot fail: its parts were found to be within their bounds when it came, and the board is a name.
            guard let draft = try? request.draft(from: origin) else { continue }
            names.append(name)
            drafts.append(draft)
        }
        waiting.removeFirst(publishes)
        publishing = names
        return .publish(drafts)
    }

    // MARK: Events

    /// The messages of ``Action/publish(_:)`` were published or not: their answers.
    package mutating func published(_ results: ArraySlice<Result<Publication, BoardError>>) -> [LiveAnswer] {
        let names = publishing ?? []
        publishing = nil
        bytesInHand -= bytesPublishing
        return zip(names, results).map { name, result in
            switch result {
            case .success(let publication): name.map { .published($0, publication.id) } ?? .done
            case .failure(let error): .failed(name, reason: error.description)
            }
        }
    }

    /// The stretch of ``Action/locate(count:)`` was found; its answer, when there is one now.
    package mutating func located(_ range: MessageRange) -> LiveAnswer? {
        defer { locating = nil }
        switch locating {
        case .fetch:
            fetching = MessageRange(boards: boards, after: given, through: max(given, range.through))
            return nil
        // Whoever has seen more than there is has seen another board: what comes is new to it.
        case .resume(let id): given = min(id, range.after)
        case .resumeAtLast: given = range.after
        case nil: return nil
        }
        return .done
    }

    /// What had to be found could not be.
    package mutating func notLocated(_ error: BoardError) -> LiveAnswer {
        locating = nil
        return .failed(nil, reason: error.description)
    }

    /// A page was read: the newest number on it, `nil` when it was empty. Says whether the fetch it belongs to is over.
    package mutating func pageRead(_ newest: MessageID?) -> Bool {
        guard let page else { return false }
        given = max(given, newest ?? page.through)
        guard fetching != nil else { return false }
        fetching?.after = given
        guard given >= page.through else { return false }
        fetching = nil
        return true
    }

    /// The page has left.
    package mutating func pageSent() {
        page = nil
    }

    /// The hub has fed messages up to a number, which it may have to be told of.
    package mutating func hear(of newest: MessageID) {
        heard = max(heard, newest)
    }

    /// It cannot take what the hub feeds now: it has been given everything up to this number.
    package mutating func leaveCurrent(given: MessageID) {
        guard isCurrent else { return }
        isCurrent = false
        self.given = given
    }
}
