public import BoardWire
public import MessageBoard
import XMLRPC
import XMLRPCClient

/// A board somewhere else, by remote procedure call: XML-RPC at `/RPC2` of its HTTP road (protocols.md, "XML-RPC").
///
/// A call is repeated when the connection breaks before its answer is whole, with growing pauses while there is time. Calls are
/// safe to repeat: reading changes nothing, and publishing has a request id.
public struct XMLRPCBoardClient: BoardClient, FollowedServer {
    /// Where a board's HTTP road is when nobody says otherwise.
    public static let standard = Endpoint(host: "127.0.0.1", port: 7_780)
    /// The pause before the first repeat; each further one is twice as long.
    private static let firstPause = Duration.milliseconds(100)
    /// How long a connection is kept that nobody uses: less than a server waits for the next request.
    private static let keptConnection = Duration.seconds(20)
    /// Most messages that are asked for at once.
    static let page = 256

    /// The server.
    public let endpoint: Endpoint
    let timeout: Duration
    let proxy: ServerProxy

    /// - Parameter timeout: the longest wait for a connection, and for a whole call with its repeats.
    /// - Throws: ``ClientError/unreachable(endpoint:reason:)`` when the host cannot stand in a URL.
    public init(_ endpoint: Endpoint, timeout: Duration) throws(ClientError) {
        self.endpoint = endpoint
        self.timeout = timeout
        proxy = try Self.proxy(endpoint, timeout: timeout)
    }

    /// A proxy with connections of its own.
    static func proxy(_ endpoint: Endpoint, timeout: Duration) throws(ClientError) -> ServerProxy {
        var configuration = ServerProxy.Configuration()
        configuration.connectTimeout = timeout
        configuration.timeout = timeout
        configuration.idleTimeout = keptConnection
        configuration.limits.documentBytes = WireLimits.liveAnswer
        configuration.limits.values = 1 << 20  // a board of boards: a value each
        do { return try ServerProxy("http://\(endpoint)/RPC2", configuration: configuration) } catch {
            throw .unreachable(endpoint: "\(endpoint)", reason: "\(error)")
        }
    }

    /// See ``BoardClient/publish(_:)``.
    public func publish(_ request: PublishRequest) async throws -> MessageID {
        let request = request.withRequestID
        return try await call("publish_to", request.board.text, XMLRPCValue.text(request.body), request.options) {
            value throws(AnswerError) in try value.messageID
        }
    }

    /// See ``BoardClient/publish(_:body:)``. The message is whole in memory: a call is one document.
    public func publish(_ request: PublishRequest, body file: MessageFile) async throws -> MessageID {
        var request = request
        request.body = try file.bytes()
        return try await publish(request)
    }

    /// See ``BoardClient/message(_:)``.
    public func message(_ id: MessageID) async throws -> Message {
        do {
            return try await call("message", id) { value throws(AnswerError) in try Message(value) }
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
        let range = try await call("range", board.text, count ?? 0) { value throws(AnswerError) in
            try MessageStretch(value)
        }
        let page = { (place: MessageID) in
            try await call("messages_after", board.text, place, Self.page) {
                value throws(AnswerError) in try Message.list(value)
            }
        }
        try await range.inPages(page, take)
    }

    /// See ``FollowedServer/withConnection(to:_:)``.
    public func withConnection<Result: Sendable>(
        to pattern: BoardPattern, _ body: (any FollowedConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try XMLRPCConnection(endpoint, pattern, timeout: timeout)
        defer { connection.close() }
        return try await body(connection)
    }

    /// A call, repeated while there is time.
    private func call<each Parameter: XMLRPCConvertible, Result>(
        _ method: String, _ parameter: repeat each Parameter, reading: (XMLRPCValue) throws(AnswerError) -> Result
    ) async throws -> Result {
        let value = try await value(of: XMLRPCCall(method, repeat each parameter, returning: XMLRPCValue.self).request)
        do { return try reading(value) } catch { throw ClientError.answer(error) }
    }

    private func value(of request: XMLRPCRequest) async throws -> XMLRPCValue {
        let end = ContinuousClock.now + timeout
        var pause = Self.firstPause
        while true {
            do throws(XMLRPCClientError) {
                return try await proxy.call(request, timeout: max(ContinuousClock.now.duration(to: end), .zero))
            } catch .sentButUnknown(.connectionBroken) where .now + pause < end {
                try await Task.sleep(for: pause)
                pause *= 2
            } catch {
                throw error.forBoard(at: endpoint, timeout: timeout)
            }
        }
    }
}
