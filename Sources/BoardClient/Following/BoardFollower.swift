public import MessageBoard

/// Follows a board over as many connections as it takes: nothing is missed, nothing comes twice, in the order of the
/// numbers. Also publishes, once, however often the connection breaks.
public actor BoardFollower {
    /// What happens to somebody who follows a board.
    public enum Event: Sendable {
        /// A message.
        case message(Message)
        /// The first connection is there, or one to the boards that were moved to.
        case connected
        /// The first connection could not be made; it is tried again.
        case waiting(reason: String)
        /// The connection broke; a new one is being made.
        case lost(reason: String)
        /// There is a connection again.
        case restored
    }

    private let server: any FollowedServer
    private var pattern: BoardPattern
    private let startTimeout: Duration
    private var plan: ReconnectPlan
    private var connection: (any FollowedConnection)?
    private var wasConnected = false
    /// Whether the connection in hand is given up on purpose: its boards are not wanted any more.
    private var isMoving = false
    /// Whether it was said that there is no connection.
    private var hasSaidSo = false
    private var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    private var nextTicket: UInt64 = 0

    /// - Parameters:
    ///   - pattern: the boards; for publishing, one.
    ///   - startTimeout: how long the first connection may be tried for. Later ones are tried for ever.
    public init(server: any FollowedServer, pattern: BoardPattern, start: FollowStart, startTimeout: Duration) {
        self.server = server
        self.pattern = pattern
        self.startTimeout = startTimeout
        plan = ReconnectPlan(pattern: pattern, start: start)
    }

    /// Hands over what happens, one event at a time, until cancelled.
    ///
    /// - Throws: ``ClientError`` when there is no first connection in time, or what answers is not a board;
    ///   ``LiveError`` when the server lacks what it takes, or is another one than before; what `take` throws.
    public func run(_ take: @Sendable (Event) async throws -> Void) async throws {
        let deadline = ContinuousClock.now + startTimeout
        var generator = SystemRandomNumberGenerator()
        while true {
            let failure: ClientError
            do {
                try await follow(take)
                failure = .unreachable(endpoint: "\(server.endpoint)", reason: "the server closed the connection")
            } catch let error as ClientError where error.isWorthAnotherTry {
                failure = error
            }
            try Task.checkCancellation()
            if isMoving && wasConnected { continue }
            let pause = plan.nextPause(using: &generator)
            if !wasConnected, ContinuousClock.now + pause > deadline { throw failure }
            if !hasSaidSo {
                hasSaidSo = true
                try await take(wasConnected ? .lost(reason: failure.reason) : .waiting(reason: failure.reason))
            }
            try await Task.sleep(for: pause)
        }
    }

    /// Goes over to other boards, on a new connection. What is being published must have been answered: it would go along.
    public func move(to pattern: BoardPattern, start: FollowStart) {
        self.pattern = pattern
        plan = ReconnectPlan(pattern: pattern, start: start)
        isMoving = true
        connection?.close()
        connection = nil
    }

    /// Whether there is a connection now.
    public var isConnected: Bool { connection != nil }

    /// The boards that there are, and the newest message of each; `nil` when there is no connection now.
    public func boards() async throws -> [BoardName: MessageID]? {
        try await connection?.boards()
    }

    /// Publishes on the board that is followed, and gives the message's number once the server has it on disk.
    ///
    /// Waits for a connection of ``run(_:)`` when there is none. After a broken one the request is sent again with the same request id, so
    /// that the message is published once.
    ///
    /// - Throws: ``ClientError`` when the server says no, `CancellationError`.
    public func publish(_ body: [UInt8], author: String?) async throws -> MessageID {
        let requestID = RequestID.make()
        while true {
            let connection = try await currentConnection()
            do {
                return try await connection.publish(body, author: author, requestID: requestID)
            } catch let error as ClientError where error.isWorthAnotherTry {
                forget(connection)
            }
        }
    }

    /// One connection from its beginning to its end.
    private func follow(_ take: (Event) async throws -> Void) async throws {
        isMoving = false
        try await server.withConnection(to: pattern) { connection in
            let start = try plan.connected(boards: try await connection.boards())
            let messages = try await connection.messages(from: start)
            if isMoving { return }
            use(connection)
            defer { forget(connection) }
            if hasSaidSo && wasConnected {
                try await take(.restored)
            } else {
                try await take(.connected)
            }
            wasConnected = true
            hasSaidSo = false
            for try await message in messages where plan.isNew(message) { try await take(.message(message)) }
        }
    }

    private func use(_ connection: any FollowedConnection) {
        self.connection = connection
        for waiter in waiters.values { waiter.resume() }
        waiters = [:]
    }

    private func forget(_ old: any FollowedConnection) {
        if connection?.identity == old.identity { connection = nil }
    }

    private func currentConnection() async throws -> any FollowedConnection {
        while true {
            try Task.checkCancellation()
            if let connection { return connection }
            nextTicket += 1
            let ticket = nextTicket
            await withTaskCancellationHandler {
                await withCheckedContinuation { waiters[ticket] = $0 }
            } onCancel: {
                // The only way from here, which is on any thread, to the actor; it ends at once.
                Task { await self.wake(ticket) }
            }
        }
    }

    private func wake(_ ticket: UInt64) {
        waiters.removeValue(forKey: ticket)?.resume()
    }
}

extension ClientError {
    /// Whether it may be over when one tries again.
    var isWorthAnotherTry: Bool {
        switch self {
        case .unreachable, .timedOut: true
        case .answer, .messageNotFound, .tooBigForDatagram, .unsendable, .sessionRefused, .sessionLost, .damaged: false
        }
    }
}
