public import BoardWire
public import MessageBoard
import PyroWire
import RemoteObjects

/// A board somewhere else as a remote object: `mboard.board` of its Pyro road (protocols.md, "Remote objects").
///
/// A call is repeated when the connection breaks before its answer is whole, with growing pauses while there is time. Calls are
/// safe to repeat: reading changes nothing, and publishing has a request id.
public struct PyroBoardClient: BoardClient, FollowedServer {
    /// Where a board's objects are when nobody says otherwise.
    public static let standard = Endpoint(host: "127.0.0.1", port: 7_781)
    /// The pause before the first repeat; each further one is twice as long.
    private static let firstPause = Duration.milliseconds(100)
    /// Most messages that are asked for at once.
    private static let page = 256
    /// The longest silence of a stream of records, in seconds, beyond which the server is taken for gone. It says more often
    /// that it is there.
    private static let silence = 60.0

    /// The server.
    public let endpoint: Endpoint
    private let timeout: Duration
    private let board: RemoteProxy

    /// - Parameter timeout: the longest wait for a connection, and for a whole call with its repeats.
    /// - Throws: ``ClientError/unreachable(endpoint:reason:)`` when the host cannot stand in a URI.
    public init(_ endpoint: Endpoint, timeout: Duration) throws(ClientError) {
        self.endpoint = endpoint
        self.timeout = timeout
        // Bytes stay as many as they are; every board speaks it.
        let system = Self.system(timeout, silence: Self.silence, serializer: .msgpack)
        do { board = try RemoteProxy("PYRO:mboard.board@\(endpoint)", system) } catch {
            throw .unreachable(endpoint: "\(endpoint)", reason: "\(error)")
        }
    }

    /// A system that waits for answers no longer than its user, and for a stream's items so many seconds; `nil`: as long as it takes.
    static func system(
        _ timeout: Duration, silence: Double?, serializer: PyroSerializer = .serpent
    ) -> PyroActorSystem {
        var limits = RemoteObjectLimits()
        limits.connectSeconds = timeout / .seconds(1)
        limits.callSeconds = timeout / .seconds(1)
        if let silence { limits.itemSeconds = silence }
        limits.messageBytes = WireLimits.liveAnswer
        limits.sentBytes = WireLimits.remoteCall
        return PyroActorSystem(serializer: serializer, limits: limits)
    }

    /// See ``BoardClient/publish(_:)``.
    public func publish(_ request: PublishRequest) async throws -> MessageID {
        let request = request.withRequestID
        return try await repeated { board in
            try await board.call("publish", PyroValue(text: request.body), keywords: request.keywords).messageID
        }
    }

    /// See ``BoardClient/publish(_:body:)``. The message is whole in memory: a call is one value.
    public func publish(_ request: PublishRequest, body file: MessageFile) async throws -> MessageID {
        var request = request
        request.body = try file.bytes()
        return try await publish(request)
    }

    /// See ``BoardClient/message(_:)``.
    public func message(_ id: MessageID) async throws -> Message {
        do {
            return try await repeated { try await Message($0.call("record", .int(Int(id)))) }
        } catch ClientError.answer(.refused(.messageNotFound, _)) {
            throw ClientError.messageNotFound(id)
        }
    }

    /// See ``BoardClient/body(of:_:)``. The body comes in one piece.
    public func body(of id: MessageID, _ take: ([UInt8]) throws -> Void) async throws {
        let body = try await message(id).body
        if !body.isEmpty { try take(body) }
    }

    /// See ``BoardClient/last(_:of:_:)``. They come a page at a time.
    public func last(_ count: Int?, of board: BoardName, _ take: (Message) throws -> Void) async throws {
        let name = PyroValue.string(board.text)
        let range = try await repeated { try await $0.call("range", .int(count ?? 0), name).range }
        let page = { (place: MessageID) in
            try await repeated { try await $0.call("records_after", .int(Int(place)), .int(Self.page), name).messages }
        }
        try await range.inPages(page, take)
    }

    /// See ``FollowedServer/withConnection(to:_:)``.
    public func withConnection<Result: Sendable>(
        to pattern: BoardPattern, _ body: (any FollowedConnection) async throws -> Result
    ) async throws -> Result {
        let connection = PyroConnection(board, endpoint, pattern)
        defer { connection.close() }
        return try await body(connection)
    }

    /// Asks the board, again while there is time when it is not known what became of it.
    private func repeated<Value>(_ ask: (RemoteProxy) async throws -> Value) async throws -> Value {
        let end = ContinuousClock.now + timeout
        var pause = Self.firstPause
        while true {
            do {
                return try await ask(board)
            } catch RemoteObjectError.outcomeUnknown where .now + pause < end && !Task.isCancelled {
                try await Task.sleep(for: pause)
                pause *= 2
            } catch {
                throw ClientError.from(error, at: endpoint, outOfTime: .now >= end ? timeout : nil)
            }
        }
    }
}
