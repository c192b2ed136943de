public import MessageBoard
import NIOCore
import NIOPosix

/// A board somewhere else, on its live road: a long-lived connection on which messages come by themselves.
public struct LiveClient: FollowedServer {
    /// Where a board's live road is when nobody says otherwise.
    public static let standard = Endpoint(host: "127.0.0.1", port: 7_778)
    /// After how long without a byte the server is asked for a sign of life.
    private static let silence = Duration.seconds(15)

    /// The server.
    public let endpoint: Endpoint
    private let timeout: Duration

    /// - Parameter timeout: the longest wait for a connection, and for the next bytes of an answer.
    public init(_ endpoint: Endpoint, timeout: Duration) {
        self.endpoint = endpoint
        self.timeout = timeout
    }

    /// Connects, runs the body, and closes the connection.
    ///
    /// - Throws: ``ClientError`` when nobody answers there, and what the body throws.
    public func withConnection<Result: Sendable>(
        _ body: (LiveConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await connect()
        do {
            return try await connection.executeThenClose { inbound, _ in
                try await body(LiveConnection(channel: connection.channel, pushed: inbound, endpoint: "\(endpoint)"))
            }
        } catch let error as ChannelError {
            throw ClientError.unreachable(endpoint: "\(endpoint)", reason: words(for: error))
        }
    }

    /// See ``FollowedServer/withConnection(to:_:)``.
    public func withConnection<Result: Sendable>(
        to pattern: BoardPattern, _ body: (any FollowedConnection) async throws -> Result
    ) async throws -> Result {
        try await withConnection { connection in
            try await connection.choose(pattern)
            return try await body(connection)
        }
    }

    /// See ``FollowedServer/last(_:of:_:)``.
    public func last(_ count: Int?, of board: BoardName, _ take: (Message) throws -> Void) async throws {
        try await withConnection { connection in
            guard let newest = try await connection.boards()[board] else { return }
            try await connection.choose(BoardPattern(board))
            for try await message in try await connection.messages(from: count.map { .newest($0) } ?? .after(0)) {
                try take(message)
                if message.id >= newest { break }
            }
        }
    }

    private func connect() async throws -> NIOAsyncChannel<[Message], LiveCall> {
        let limit = TimeAmount(timeout)
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connectTimeout(limit)
                .connect(host: endpoint.host, port: endpoint.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            LiveChannel(endpoint: "\(endpoint)", silence: Self.silence, patience: timeout))
                        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw ClientError.unreachable(endpoint: "\(endpoint)", reason: words(for: error))
        }
    }
}
