import BoardWire
import MessageBoard
import XMLRPC
import XMLRPCClient

/// Boards that are followed by asking again and again for what is new: each call waits at the server while there is nothing.
final class XMLRPCConnection: FollowedConnection {
    /// How long a call may wait at the server, in seconds.
    private static let waitSeconds = 20

    private let endpoint: Endpoint
    private let pattern: BoardPattern
    private let timeout: Duration
    /// Its own, so that ending this ends the call that waits.
    private let proxy: ServerProxy

    init(_ endpoint: Endpoint, _ pattern: BoardPattern, timeout: Duration) throws(ClientError) {
        self.endpoint = endpoint
        self.pattern = pattern
        self.timeout = timeout
        proxy = try XMLRPCBoardClient.proxy(endpoint, timeout: timeout)
    }

    var identity: ObjectIdentifier { ObjectIdentifier(self) }

    func boards() async throws -> [BoardName: MessageID] {
        guard case .struct(let members) = try await call("boards", []) else {
            throw ClientError.answer(.unreadable("the boards"))
        }
        var boards: [BoardName: MessageID] = [:]
        for (name, value) in members {
            guard let name = BoardName(name), case .int(let newest) = value else {
                throw ClientError.answer(.unreadable("the boards"))
            }
            boards[name] = newest
        }
        return boards
    }

    func messages(from start: FollowStart) async throws -> any AsyncSequence<Message, any Error> {
        switch start {
        case .after(let id): return AskedMessages(connection: self, place: id)
        case .newest(let count):
            let answer = try await call("range", [.string(pattern.description), .int(Int64(count))])
            do { return AskedMessages(connection: self, place: try MessageStretch(answer).after) } catch {
                throw ClientError.answer(error)
            }
        }
    }

    func publish(_ body: [UInt8], author: String?, requestID: [UInt8]?) async throws -> MessageID {
        guard let board = pattern.board else {
            throw ClientError.unsendable(reason: "\"\(pattern)\" stands for several boards: it cannot be published on")
        }
        let request = PublishRequest(board: board, author: author, requestID: requestID, body: body)
        let answer = try await call(
            "publish_to", [.string(board.text), XMLRPCValue.text(request.body), request.options])
        do { return try answer.messageID } catch { throw ClientError.answer(error) }
    }

    func close() {
        proxy.beginShutdown()
    }

    /// The next messages after a number, at least one unless the server's time for waiting is over.
    fileprivate func page(after id: MessageID) async throws -> [Message] {
        let answer = try await call(
            "messages_after",
            [
                .string(pattern.description), .int(id), .int(Int64(XMLRPCBoardClient.page)),
                .int(Int64(Self.waitSeconds)),
            ],
            waiting: .seconds(Self.waitSeconds))
        do { return try Message.list(answer) } catch { throw ClientError.answer(error) }
    }

    /// One call, not repeated: whoever follows the board begins anew then, since it may be another board.
    private func call(
        _ method: String, _ parameters: [XMLRPCValue], waiting: Duration = .zero
    ) async throws -> XMLRPCValue {
        let request = XMLRPCRequest(methodName: method, parameters: parameters)
        do throws(XMLRPCClientError) {
            return try await proxy.call(request, timeout: timeout + waiting)
        } catch {
            throw error.forBoard(at: endpoint, timeout: timeout + waiting)
        }
    }
}

/// The messages of a board after a number, page by page.
private struct AskedMessages: AsyncSequence {
    typealias Element = Message
    typealias Failure = any Error

    let connection: XMLRPCConnection
    let place: MessageID

    func makeAsyncIterator() -> Iterator { Iterator(connection: connection, place: place) }

    struct Iterator: AsyncIteratorProtocol {
        let connection: XMLRPCConnection
        var place: MessageID
        /// Newest first.
        var batch: [Message] = []

        mutating func next(isolation actor: isolated (any Actor)?) async throws -> Message? {
            while batch.isEmpty {
                batch = try await connection.page(after: place).reversed()
                if let newest = batch.first { place = newest.id }
            }
            return batch.removeLast()
        }
    }
}
