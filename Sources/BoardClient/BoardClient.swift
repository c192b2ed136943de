public import BoardWire
public import MessageBoard

/// A board somewhere else, by whatever road. Everything here throws ``ClientError``.
public protocol BoardClient: Sendable {
    /// Publishes a message, and gives its number once the server has it on disk.
    ///
    /// The request carries a request id, so that it is published once however often it had to be sent.
    func publish(_ request: PublishRequest) async throws -> MessageID

    /// Publishes a message whose body is in a file; what the request has as its body is left out.
    ///
    /// The file is read more than once where something is sent again.
    func publish(_ request: PublishRequest, body file: MessageFile) async throws -> MessageID

    /// The message with this number.
    ///
    /// - Throws: ``ClientError/messageNotFound(_:)`` among others.
    func message(_ id: MessageID) async throws -> Message

    /// Hands over a message's body in pieces as they arrive.
    ///
    /// - Throws: ``ClientError/messageNotFound(_:)`` among others.
    func body(of id: MessageID, _ take: ([UInt8]) throws -> Void) async throws

    /// Hands over the newest messages of a board, oldest first, as they arrive; all when `count` is `nil`.
    func last(_ count: Int?, of board: BoardName, _ take: (Message) throws -> Void) async throws
}

extension BoardClient {
    /// Hands over the newest messages of the board that is meant when nobody names one.
    public func last(_ count: Int?, _ take: (Message) throws -> Void) async throws {
        try await last(count, of: .public, take)
    }
}

extension PublishRequest {
    /// With a request id: its own, or a new one.
    var withRequestID: PublishRequest {
        var request = self
        if request.requestID == nil { request.requestID = RequestID.make() }
        return request
    }
}
