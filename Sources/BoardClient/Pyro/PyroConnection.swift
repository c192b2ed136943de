import BoardWire
import MessageBoard
import PyroWire
import RemoteObjects
import Synchronization

/// Boards that are followed by a stream of records, and asked for other things meanwhile.
final class PyroConnection: FollowedConnection {
    private let board: RemoteProxy
    private let endpoint: Endpoint
    private let pattern: BoardPattern
    private let stream = Mutex<RemoteStream<PyroValue>?>(nil)

    init(_ board: RemoteProxy, _ endpoint: Endpoint, _ pattern: BoardPattern) {
        self.board = board
        self.endpoint = endpoint
        self.pattern = pattern
    }

    var identity: ObjectIdentifier { ObjectIdentifier(self) }

    func boards() async throws -> [BoardName: MessageID] {
        try await asking { try await board.call("boards").boards }
    }

    func messages(from start: FollowStart) async throws -> any AsyncSequence<Message, any Error> {
        let name = PyroValue.string(pattern.description)
        let stream = try await asking {
            let after =
                switch start {
                case .after(let id): id
                case .newest(let count): try await board.call("range", .int(count), name).range.after
                }
            return try await board.stream("follow_records", .int(Int(after)), name)
        }
        self.stream.withLock { $0 = stream }
        return StreamedMessages(stream: stream, endpoint: endpoint)
    }

    func publish(_ body: [UInt8], author: String?, requestID: [UInt8]?) async throws -> MessageID {
        guard let name = pattern.board else {
            throw ClientError.unsendable(reason: "\"\(pattern)\" stands for several boards: it cannot be published on")
        }
        let request = PublishRequest(board: name, author: author, requestID: requestID, body: body)
        return try await asking {
            try await board.call("publish", PyroValue(text: request.body), keywords: request.keywords).messageID
        }
    }

    func close() {
        stream.withLock { $0 }?.close()
    }

    /// One call, not repeated: whoever follows the board begins anew then, since it may be another board.
    private func asking<Value>(_ ask: () async throws -> Value) async throws -> Value {
        do { return try await ask() } catch { throw ClientError.from(error, at: endpoint) }
    }
}

/// The messages of a stream of lists of records.
private struct StreamedMessages: AsyncSequence {
    typealias Element = Message
    typealias Failure = any Error

    let stream: RemoteStream<PyroValue>
    let endpoint: Endpoint

    func makeAsyncIterator() -> Iterator { Iterator(records: stream.makeAsyncIterator(), endpoint: endpoint) }

    struct Iterator: AsyncIteratorProtocol {
        var records: RemoteStream<PyroValue>.Iterator
        let endpoint: Endpoint
        /// Newest first.
        var batch: [Message] = []

        mutating func next() async throws -> Message? { try await next(isolation: nil) }

        mutating func next(isolation actor: isolated (any Actor)?) async throws -> Message? {
            do {
                while batch.isEmpty {
                    guard let records = try await records.next() else {
                        throw ClientError.unreachable(endpoint: "\(endpoint)", reason: "the server ended the stream")
                    }
                    batch = try records.messages.reversed()
                }
                return batch.removeLast()
            } catch {
                throw ClientError.from(error, at: endpoint)
            }
        }
    }
}
