import BoardWire
import Logging
import MessageBoard
import NIOCore

/// The live connections of one event loop: follows the board once for all of them, and gathers what they publish.
///
/// Belongs to its loop: nothing of it is touched elsewhere.
final class LiveHub {
    let board: any Board
    let limits: ServerLimits
    let requestBytes: Budget
    let logger: Logger
    /// Every message up to this number was given to the feeds.
    private(set) var fed: MessageID = 0
    /// Whether no more requests are taken.
    private(set) var isEnding = false

    private let loop: any EventLoop
    /// Bounded: a connection has at most one read and one publish in it.
    private let work: AsyncStream<LiveWork>.Continuation
    /// The feeds of single boards, by the board; those of patterns.
    private var feeds: [BoardName: [LiveFeed]] = [:]
    private var wideFeeds: [LiveFeed] = []
    private var servers: [ObjectIdentifier: LiveServer] = [:]
    /// Tells that there is a connection: the board is not followed while there is none, which costs every publish.
    private let joined: AsyncStream<Void>
    private let joinedInput: AsyncStream<Void>.Continuation
    private var drafts: [Draft] = []
    private var parts: [LiveWork.Part] = []

    init(
        board: any Board, limits: ServerLimits, requestBytes: Budget, loop: any EventLoop,
        work: AsyncStream<LiveWork>.Continuation, logger: Logger
    ) {
        self.board = board
        self.limits = limits
        self.requestBytes = requestBytes
        self.loop = loop
        self.work = work
        self.logger = logger
        (joined, joinedInput) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: Connections

    func join(_ server: LiveServer) {
        servers[ObjectIdentifier(server)] = server
        joinedInput.yield()
        if isEnding { server.end() }
    }

    func leave(_ server: LiveServer) {
        servers[ObjectIdentifier(server)] = nil
    }

    /// Takes no more requests; what is in hand is still answered.
    func end() {
        isEnding = true
        for server in Array(servers.values) { server.end() }
    }

    /// The feed of these boards in this form, with this connection in it.
    func enter(_ server: LiveServer, _ boards: BoardPattern, _ delivery: LiveDelivery) -> LiveFeed {
        let same = boards.board.map { feeds[$0] ?? [] } ?? wideFeeds
        let feed =
            same.first { $0.delivery == delivery && $0.boards == boards }
            ?? LiveFeed(boards: boards, delivery: delivery)
        if feed.members.isEmpty {
            if let board = boards.board { feeds[board, default: []].append(feed) } else { wideFeeds.append(feed) }
        }
        feed.add(server)
        return feed
    }

    /// Takes a connection out; a feed without any ends.
    func exit(_ server: LiveServer, from feed: LiveFeed) {
        feed.remove(server)
        guard feed.members.isEmpty else { return }
        if let board = feed.boards.board {
            feeds[board]?.removeAll { $0 === feed }
            if feeds[board]?.isEmpty == true { feeds[board] = nil }
        } else {
            wideFeeds.removeAll { $0 === feed }
        }
    }

    // MARK: Work

    /// Publishes messages together with all that come in this turn of the loop.
    func publish(_ drafts: [Draft], for server: LiveServer) {
        if parts.isEmpty { loop.assumeIsolated().execute { self.handOverPublishes() } }
        self.drafts += drafts
        parts.append(LiveWork.Part(server: NIOLoopBound(server, eventLoop: loop), count: drafts.count))
    }

    private func handOverPublishes() {
        work.yield(.publish(drafts, parts))
        drafts = []
        parts = []
    }

    func locate(count: Int?, of boards: BoardPattern, for server: LiveServer) {
        work.yield(.locate(NIOLoopBound(server, eventLoop: loop), boards, count: count))
    }

    func read(_ range: MessageRange, for server: LiveServer) {
        work.yield(.read(NIOLoopBound(server, eventLoop: loop), range))
    }

    // MARK: The board's news

    /// Gives the feeds every message as it comes, until the task is cancelled or the board stops.
    func follow() async {
        for await _ in joined {
            do throws(BoardError) {
                try await skip()
            } catch {
                return logger.error("live news cannot begin", metadata: ["reason": "\(error)"])
            }
            guard await followWhileConnected() else { return }
        }
    }

    /// `false` when there is nothing more to follow.
    private func followWhileConnected() async -> Bool {
        while true {
            do throws(BoardError) { try await board.waitForMessage(after: fed, on: .all) } catch {
                return false  // the task was cancelled, or the board takes no more messages
            }
            if servers.isEmpty { return true }
            do throws(BoardError) {
                let page = try await board.messages(in: MessageRange(boards: .all, after: fed), page: Self.page)
                if page.isEmpty { try await skip() } else { feed(page) }
            } catch {
                if error == .cancelled { return false }
                logger.error("live news was interrupted", metadata: ["reason": "\(error)"])
                try? await skip()  // the connections read what was passed over themselves, and each learns why not
            }
            await turn()
        }
    }

    private func feed(_ page: [Message]) {
        var concerned: [LiveFeed] = []
        func append(_ message: Message, to feed: LiveFeed) {
            if feed.newest == nil { concerned.append(feed) }
            feed.append(message)
        }
        for message in page {
            if let same = feeds[message.board] { for feed in same { append(message, to: feed) } }
            for feed in wideFeeds where feed.boards.matches(message.board) { append(message, to: feed) }
        }
        let before = fed
        fed = page[page.count - 1].id
        for feed in concerned { feed.flush(fed: before, ByteBufferAllocator()) }
    }

    /// Goes on after the newest message; who was current (connections may come before the hub follows the board) reads up to
    /// there.
    private func skip() async throws(BoardError) {
        let newest = try await board.range(ofLast: 0, of: .all).through
        let before = fed
        fed = newest
        for server in Array(servers.values) { server.fallBehind(fed: before) }
    }

    /// Lets the loop look at its sockets: it does not before a task waits for something, and a busy board never makes one
    /// wait. What comes meanwhile goes out together.
    private func turn() async {
        await withCheckedContinuation { continuation in
            loop.assumeIsolated().scheduleTask(in: Self.turnTime) { continuation.resume() }
        }
    }

    private static let turnTime = TimeAmount.microseconds(50)
    /// What one turn of the loop brings at most.
    private static let page = PageLimit(messages: 4_096, bytes: 1 << 20)
}
