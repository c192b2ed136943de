public import MessageBoard

/// A server whose boards can be followed by ``BoardFollower``: on its live road, or by a road that makes it seem so.
public protocol FollowedServer: Sendable {
    /// Where it is.
    var endpoint: Endpoint { get }

    /// Connects, runs the body with a connection that is for these boards, and closes it.
    ///
    /// - Throws: ``ClientError`` when nobody answers there, and what the body throws.
    func withConnection<Result: Sendable>(
        to pattern: BoardPattern, _ body: (any FollowedConnection) async throws -> Result
    ) async throws -> Result

    /// Hands over the newest messages of a board, oldest first, on a connection of its own; all when `count` is `nil`.
    ///
    /// - Throws: ``ClientError``, and what `take` throws.
    func last(_ count: Int?, of board: BoardName, _ take: (Message) throws -> Void) async throws
}

/// A connection to a board while it lasts; every call throws ``ClientError`` when it is over.
public protocol FollowedConnection: Sendable {
    /// The same for the same connection.
    var identity: ObjectIdentifier { get }

    /// The boards that there are, and the newest message of each.
    func boards() async throws -> [BoardName: MessageID]

    /// The messages of the connection's boards from here on, without an end. Once a connection.
    func messages(from start: FollowStart) async throws -> any AsyncSequence<Message, any Error>

    /// Publishes on the connection's board, which has to be a single one, and gives the message's number once the server
    /// has it on disk. With the same request id it is safe to publish again on another connection.
    func publish(_ body: [UInt8], author: String?, requestID: [UInt8]?) async throws -> MessageID

    /// Ends it; whoever waits for something is told so.
    func close()
}

/// Where following a board begins.
public enum FollowStart: Sendable, Hashable {
    /// With what comes after this number.
    case after(MessageID)
    /// With this many of the newest messages.
    case newest(Int)
}
