import BoardWire
public import MessageBoard
import NIOCore
import Synchronization

/// A long-lived connection to a board, inside ``LiveClient/withConnection(_:)``.
///
/// Answers come between the messages: while ``messages()`` are being given they have to be taken, or the answers wait
/// behind them. A call that is cancelled ends the connection.
public struct LiveConnection: FollowedConnection {
    private let channel: any Channel
    private let pushed: NIOAsyncChannelInboundStream<[Message]>
    private let endpoint: String
    private let names: RequestNames

    init(channel: any Channel, pushed: NIOAsyncChannelInboundStream<[Message]>, endpoint: String) {
        self.channel = channel
        self.pushed = pushed
        self.endpoint = endpoint
        names = RequestNames()
    }

    /// See ``FollowedConnection/identity``.
    public var identity: ObjectIdentifier { ObjectIdentifier(names) }

    /// Ends it; whoever waits for something is told so.
    public func close() {
        channel.close(promise: nil)
    }

    /// Goes over to one board, or to all whose names match.
    public func choose(_ pattern: BoardPattern) async throws {
        try await done(.boards(pattern), "choosing a board (code 4)")
    }

    /// Goes on with what comes after this number.
    public func resume(after id: MessageID) async throws {
        try await done(.resume(after: id), "resuming (code 3)")
    }

    /// Goes on with this many of the newest messages, and with what comes after them.
    public func beginAtLast(_ count: Int) async throws {
        try await done(.resumeAtLast(count: count), "beginning at the newest messages (code 3 with a minus)")
    }

    /// The boards that there are, and the newest message of each.
    public func boards() async throws -> [BoardName: MessageID] {
        let answer = try await call(.listBoards)
        guard case .boards(let boards) = answer else { throw refusal(answer, "the list of boards (code b)") }
        return boards
    }

    /// Asks for the messages of the connection's boards, which then come by themselves. Once a connection.
    public func messages() async throws -> Messages {
        try await done(.delivery(.pushRecords), "pushing messages with their numbers (code 5:2)")
        return Messages(pushed: pushed)
    }

    /// See ``FollowedConnection/messages(from:)``.
    public func messages(from start: FollowStart) async throws -> any AsyncSequence<Message, any Error> {
        switch start {
        case .newest(let count): try await beginAtLast(count)
        case .after(let id): try await resume(after: id)
        }
        return try await messages()
    }

    /// Publishes on the connection's board, and gives the message's number once the server has it on disk.
    ///
    /// - Parameter requestID: what makes it safe to publish the same message again on another connection.
    /// - Throws: ``ClientError``; when the connection broke, the message may have been published.
    public func publish(_ body: [UInt8], author: String? = nil, requestID: [UInt8]? = nil) async throws -> MessageID {
        let name = names.next()
        let answer = try await call(.publishNamed(name, body: body, author: author, requestID: requestID))
        guard case .published(_, let id) = answer else {
            throw refusal(answer, "publishing with an answer that names the message (code 6)")
        }
        return id
    }

    private func done(_ request: LiveRequest, _ what: String) async throws {
        let answer = try await call(request)
        guard case .done = answer else { throw refusal(answer, what) }
    }

    private func refusal(_ answer: LiveAnswer, _ what: String) -> any Error {
        switch answer {
        case .failed(_, let reason): ClientError.answer(.refused(.serverFailed, reason: reason))
        case .unreadable, .unknownControl: LiveError.lacks(endpoint: endpoint, what: what)
        default: ClientError.answer(.unreadable("an answer to another request"))
        }
    }

    private func call(_ request: LiveRequest) async throws -> LiveAnswer {
        let answer = channel.eventLoop.makePromise(of: LiveAnswer.self)
        let written = channel.eventLoop.makePromise(of: Void.self)
        written.futureResult.whenFailure { error in
            answer.fail(ClientError.unreachable(endpoint: endpoint, reason: words(for: error)))
        }
        channel.writeAndFlush(LiveCall(request: request, answer: answer), promise: written)
        return try await withTaskCancellationHandler {
            try await answer.futureResult.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    /// The messages of a connection, each with everything, in the order of their numbers.
    ///
    /// Ends when the server closes the connection; throws when it breaks. What is not taken is not read from the socket.
    public struct Messages: AsyncSequence, Sendable {
        /// A message of the board.
        public typealias Element = Message

        let pushed: NIOAsyncChannelInboundStream<[Message]>

        /// Takes the messages; there can be one iterator.
        public func makeAsyncIterator() -> Iterator {
            Iterator(pushed: pushed.makeAsyncIterator())
        }

        /// The messages of the push in hand, and those to come.
        public struct Iterator: AsyncIteratorProtocol {
            var pushed: NIOAsyncChannelInboundStream<[Message]>.AsyncIterator
            /// Newest first.
            var batch: [Message] = []

            /// The next message; waits for it. `nil` when the connection is over.
            public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Message? {
                while batch.isEmpty {
                    guard let next = try await pushed.next(isolation: actor) else { return nil }
                    batch = next.reversed()
                }
                return batch.removeLast()
            }
        }
    }
}

/// The names of a connection's requests.
private final class RequestNames: Sendable {
    private let last = Atomic<UInt64>(0)

    func next() -> UInt64 {
        last.wrappingAdd(1, ordering: .relaxed).newValue
    }
}
