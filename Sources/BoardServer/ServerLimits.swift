public import BoardWire

/// The bounds of the roads.
public struct ServerLimits: Sendable {
    /// Datagram requests in hand, a socket: further ones wait in the kernel's buffer, which drops what it cannot hold.
    public var datagramsInHand = 4_096
    /// Datagrams taken by one read call.
    public var datagramsInRead = 32
    /// Connections at a time; the newest is closed over it.
    public var connections = 10_000
    /// Connections that wait to be accepted (the kernel's own limit may be lower).
    public var backlog: Int32 = 4_096
    /// Seconds without a byte in either direction after which a connection is cut.
    public var idleSeconds: Int64 = 30
    /// Bytes of one request on a stream.
    public var requestBytes = WireLimits.stream
    /// Bytes that are read and thrown away after a request was refused, so that its answer arrives.
    public var refusedBytes = 256 << 20
    /// Bytes of one answer where a server model sends it whole; a longer one is refused.
    public var wholeAnswerBytes = 64 << 20
    /// Bytes of all unfinished requests on streams that are larger than ``freeRequestBytes``.
    public var unfinishedRequestBytes = 512 << 20
    /// Bytes of an unfinished request that are not counted.
    public var freeRequestBytes = 16 << 10
    /// Of the sessions on UDP; ``requestBytes`` bounds their requests too.
    public var sessions = SessionLimits()
    /// Bytes of one datagram with a block of an answer, when it goes beyond this host: what every path carries whole.
    public var sessionDatagram = 1_200
    /// Bytes of all answers that wait in sessions to be fetched.
    public var sessionAnswerBytes = 4 << 30
    /// Seconds between two looks for sessions that are idle for too long.
    public var sessionSweepSeconds: Int64 = 5
    /// Bytes a second that go to one source prefix (/24, /64) by datagrams when bound beyond loopback.
    public var replyBytesPerSecond = 64 << 10
    /// Bytes that may go to it at once.
    public var replyBurstBytes = 256 << 10
    /// Prefixes that are told apart; more share.
    public var replyPrefixes = 65_536
    /// Answers a second, a network, to those who ask for boards; further questions are dropped.
    public var announcementsPerSecond = 20

    /// Bytes of messages that may pass by a live connection that takes none: then it is dropped.
    public var liveLagBytes = 4 << 20
    /// Requests that may wait on a live connection; then it is not read from.
    public var liveRequestsWaiting = 256
    /// Bytes of bodies that these may have, and one body more.
    public var liveBytesInHand = 1 << 20
    /// Boards and patterns that a live connection may have been given messages of.
    public var livePatterns = 16
    /// Bytes of a request on a live connection that does not publish.
    public var liveRequestBytes = WireLimits.liveRequest
    /// Bytes of one that does, in base64.
    public var livePublishBytes = WireLimits.livePublish
    /// Seconds of silence after which a live connection's peer is asked whether it is there.
    public var liveKeepAliveSeconds = 60
    /// Seconds between two such questions.
    public var liveKeepAliveIntervalSeconds = 15
    /// Questions without an answer after which the connection is cut.
    public var liveKeepAliveProbes = 4
    /// Seconds that a live connection whose requests cannot be read may take to read what it was told.
    public var liveLingerSeconds: Int64 = 5

    /// Of the web's road; ``connections``, ``backlog`` and ``idleSeconds`` hold there too.
    public var http = HTTPLimits()
    /// Of the road of remote objects; ``connections`` holds there too.
    public var pyro = PyroLimits()

    /// The limits of a server that is not told otherwise.
    public init() {}
}
