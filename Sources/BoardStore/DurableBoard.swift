public import Logging
public import MessageBoard
public import ServiceLifecycle
import GRDB

/// A board on disk: SQLite in a directory of its own, one writer that gathers publishes into transactions, the newest
/// messages in memory.
///
/// An acknowledged message survives `kill -9`, and with ``Durability/full`` a power cut. What is read was compared with
/// its checksum; a damaged or missing message is reported and never served.
///
/// Run it as a service: ``run()`` ends with the ``StoreError`` that stops the store, or after a graceful shutdown, when
/// everything that was waiting is committed.
public final class DurableBoard: Board, Service {
    /// This board's random name, made with the directory.
    public let serverID: String

    private let directory: StoreDirectory
    private let pool: DatabasePool
    private let durability: Durability
    private let tail: TailCache
    private let names: BoardNames
    private let arrivals: Arrivals
    private let committer: Committer
    private let commits: CommitQueue
    private let reads: ReadQueue
    private let failures: AsyncStream<StoreError>
    private let logger: Logger

    /// Opens the store in a directory, which is made when there is none.
    ///
    /// - Throws: ``StoreError``; nothing in the directory was changed then, except that a first start may have begun.
    public init(
        directory path: String, durability: Durability = .full, limits: StoreLimits = StoreLimits(),
        clock: StoreClock = .system, logger: Logger
    ) throws(StoreError) {
        directory = try StoreDirectory(path: path)
        try directory.checkDatabase()
        pool = try StoreOpening.open(directory.database, durability: durability)
        try directory.prepareLog()
        try StoreOpening.checkStructure(pool, path: directory.database, limits: limits)
        let boards = try StoreOpening.boards(pool, path: directory.database)
        let writer = BatchWriter(boards: boards, clock: clock, maximumBoards: limits.boards)
        let mark = try AcknowledgedMark(path: directory.acknowledged)
        try StoreOpening.checkNothingAcknowledgedIsLost(
            newest: writer.newestID, acknowledged: mark.read(), path: directory.database,
            markPath: directory.acknowledged)
        serverID = try directory.serverID()
        names = BoardNames()
        for (name, board) in boards { names.add(name, number: board.number) }
        tail = TailCache(limits: limits)
        arrivals = Arrivals()
        try Self.loadTail(tail, arrivals, boards, writer.newestID + 1, pool, names, limits, directory.database)
        let (failures, failure) = AsyncStream.makeStream(of: StoreError.self, bufferingPolicy: .bufferingOldest(1))
        committer = Committer(
            writer: writer, clock: clock, mark: mark, durability: durability, path: directory.database, limits: limits,
            tail: tail,
            names: names, arrivals: arrivals, logger: logger, fail: { failure.yield($0) })
        commits = CommitQueue(limits: limits) { [pool, committer] drafts in
            committer.isQuick ? pool.writeWithoutTransaction { committer.commit(drafts, $0) } : nil
        } startDraining: { [pool, committer] queue in
            pool.asyncWriteWithoutTransaction { committer.drain(queue, $0) }
        }
        reads = ReadQueue(pool: pool, names: names, limits: limits, clock: clock)
        self.failures = failures
        self.durability = durability
        self.logger = logger
    }

    private static func loadTail(
        _ tail: TailCache, _ arrivals: Arrivals, _ boards: [BoardName: BatchWriter.BoardRow], _ next: MessageID,
        _ pool: DatabasePool, _ names: BoardNames, _ limits: StoreLimits, _ path: String
    ) throws(StoreError) {
        do {
            let messages = try pool.read { try StoreReader($0, names: names).tail(before: next, limits: limits) }
            tail.load(messages, newest: boards.mapValues(\.newest), next: next)
            for (name, board) in boards { arrivals.announce(board.newest, on: name) }
        } catch {
            throw .damaged(path: path, reason: "the newest messages cannot be read: \(error)")
        }
    }

    // MARK: Board

    /// See ``MessageBoard/Board/publish(all:)``.
    public func publish(all drafts: [Draft]) async -> [Result<Publication, BoardError>] {
        await commits.publish(drafts)
    }

    /// See ``MessageBoard/Board/messageAtHand(_:)``.
    public func messageAtHand(_ id: MessageID) -> Message? {
        if case .found(let message) = tail.message(id) { message } else { nil }
    }

    /// See ``MessageBoard/Board/messages(_:)``.
    public func messages(_ ids: [MessageID]) async -> [Result<Message, BoardError>] {
        let found = ids.map { id -> Result<Message, BoardError>? in
            switch tail.message(id) {
            case .found(let message): .success(message)
            case .neverGiven: .failure(.messageNotFound(id))
            case .older: nil
            }
        }
        let older = zip(ids, found).filter { $0.1 == nil }.map(\.0)
        guard !older.isEmpty else { return found.compactMap { $0 } }
        var read = await reads.messages(older)[...]
        return found.map { $0 ?? read.removeFirst() }
    }

    /// See ``MessageBoard/Board/range(ofLast:of:)``.
    public func range(ofLast count: Int?, of boards: BoardPattern) async throws(BoardError) -> MessageRange {
        let newest = tail.newestOfAll(on: boards)
        guard let count else { return MessageRange(boards: boards, after: 0, through: newest) }
        if let start = tail.start(ofLast: count, of: boards) {
            return MessageRange(boards: boards, after: start, through: newest)
        }
        let named = Array(tail.newest(on: boards).keys)
        let start = try await read { try $0.start(ofLast: count, of: boards, named) }
        return MessageRange(boards: boards, after: start, through: newest)
    }

    /// See ``MessageBoard/Board/ids(in:limit:)``.
    public func ids(in range: MessageRange, limit: Int) async throws(BoardError) -> [MessageID] {
        if let messages = tail.messages(in: range, page: PageLimit(messages: limit, bytes: .max)) {
            return messages.map(\.id)
        }
        let newest = tail.newest(on: range.boards, over: range.after)
        return try await read { try $0.ids(in: range, limit: limit, newest: newest) }
    }

    /// See ``MessageBoard/Board/messages(in:page:)``.
    public func messages(in range: MessageRange, page: PageLimit) async throws(BoardError) -> [Message] {
        if let messages = tail.messages(in: range, page: page) { return messages }
        let newest = tail.newest(on: range.boards, over: range.after)
        return try await read { try $0.messages(in: range, page: page, newest: newest) }
    }

    /// See ``MessageBoard/Board/waitForMessage(after:on:)``.
    public func waitForMessage(after id: MessageID, on boards: BoardPattern) async throws(BoardError) {
        try await arrivals.wait(after: id, on: boards)
    }

    /// See ``MessageBoard/Board/newestIDs()``.
    public func newestIDs() -> [BoardName: MessageID] {
        tail.newest(on: .all)
    }

    private func read<Value: Sendable>(
        _ body: @escaping @Sendable (StoreReader) throws -> Value
    ) async throws(BoardError) -> Value {
        do {
            return try await pool.read { [names] in try body(StoreReader($0, names: names)) }
        } catch {
            throw BoardError(reading: nil, error)
        }
    }

    // MARK: Service

    /// Keeps the store running; see the type.
    public func run() async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { [failures] in
                for await error in failures.cancelOnGracefulShutdown() { throw error }
            }
            if durability == .relaxed {
                group.addTask { try await self.syncRegularly() }
            }
            try await group.next()
            group.cancelAll()
        }
        try await close()
    }

    /// Syncs the log at most once per ``Durability/relaxedSyncInterval``, when something was committed since.
    private func syncRegularly() async throws {
        let log = try LogSync(path: directory.log)
        var synced = committer.newestID
        while !Task.isCancelled {
            try? await Task.sleep(for: Durability.relaxedSyncInterval)  // cancelled: one last sync, then the loop ends
            let newest = committer.newestID
            guard newest > synced else { continue }
            try log.sync()
            committer.markSynced(newest)
            synced = newest
        }
    }

    /// Refuses what is new, commits what waits, closes the database, and lets go of the directory.
    ///
    /// - Throws: ``StoreError/syncFailed(path:reason:)``: what the disk holds is not known; the log is kept.
    public func close() async throws(StoreError) {
        let stopped = BoardError.unavailable(reason: "the server is stopping")
        commits.refuseNew(stopped)
        arrivals.close(stopped)
        defer { directory.unlock() }
        do {
            try copyLog()
            committer.markSynced(committer.newestID)
            try pool.close()
        } catch {
            if let error = error as? DatabaseError, let end = StoreError(ending: error, path: directory.database) {
                throw end
            }
            logger.warning(
                "the store was not closed in order; it recovers at the next start", metadata: ["reason": "\(error)"])
        }
    }

    /// Copies the log into the database. It comes after what waits, since the writer's queue is serial; and it blocks, since
    /// it has to be done in a task that is cancelled too.
    private func copyLog() throws {
        try pool.barrierWriteWithoutTransaction { database in
            _ = try database.checkpoint(.truncate)
        }
    }
}
