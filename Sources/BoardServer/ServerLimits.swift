import BoardWire

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
    /// Bytes of all unfinished requests on streams that are larger than ``freeRequestBytes``.
    public var unfinishedRequestBytes = 512 << 20
    /// Bytes of an unfinished request that are not counted.
    public var freeRequestBytes = 16 << 10
    /// Bytes a second that go to one source prefix (/24, /64) by datagrams when bound beyond loopback.
    public var replyBytesPerSecond = 64 << 10
    /// Bytes that may go to it at once.
    public var replyBurstBytes = 256 << 10
    /// Prefixes that are told apart; more share.
    public var replyPrefixes = 65_536
    /// Answers a second, a network, to those who ask for boards; further questions are dropped.
    public var announcementsPerSecond = 20

    /// The limits of a server that is not told otherwise.
    public init() {}
}
