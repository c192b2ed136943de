/// The bounds of requests and answers on the web's road.
public struct HTTPLimits: Sendable {
    /// Seconds from a connection's beginning, or its last answer, until the next request's head is whole.
    public var idleSeconds: Int64 = 30
    /// Seconds from a request's head until its body is whole.
    public var bodySeconds: Int64 = 120
    /// Seconds from an answer's head until the client has taken it, but for what the kernel and the channel hold.
    public var answerSeconds: Int64 = 120
    /// Seconds that a refused client may take to read why.
    public var lingerSeconds: Int64 = 5
    /// Bytes of all header fields of one request.
    public var headerBytes = 16 << 10
    /// Bytes that came and make no part of a request yet.
    public var unparsedBytes = 128 << 10
    /// Header fields of one request.
    public var headerFields = 100
    /// Bytes of a request's body, unpacked.
    public var bodyBytes = 64 << 20
    /// Bytes of all bodies, of requests that are being taken or answered and of answers that are being sent, beyond
    /// ``freeBodyBytes`` of each.
    public var allBodyBytes = 512 << 20
    /// Bytes of a request's or an answer's body that are not counted.
    public var freeBodyBytes = 16 << 10
    /// Bytes of an answer from which on it is packed for a client that takes gzip.
    public var packedAnswerBytes = 4 << 10
    /// Numbers of messages in one answer.
    public var idsInAnswer = 200_000
    /// Messages in one answer.
    public var messagesInAnswer = 256
    /// Bytes of bodies in one answer; a first message larger than this still comes, alone.
    public var messageBytesInAnswer = 1 << 20
    /// Seconds that a document's calls may wait for news, all together.
    public var waitSeconds = 30
    /// Calls that wait for news at a time. One that was left by its client waits on, for ``waitSeconds`` at most.
    public var waitingCalls = 10_000

    /// The limits of a server that is not told otherwise.
    public init() {}
}
