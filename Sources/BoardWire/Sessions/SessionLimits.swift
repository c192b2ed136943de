/// The bounds of the sessions that a server holds.
public struct SessionLimits: Sendable {
    /// Sessions of one address and port.
    public var sessionsOfPlace = 64
    /// Sessions of one address, from whatever ports.
    public var sessionsOfAddress = 1_024
    /// Sessions in all.
    public var sessions = 16_384
    /// Bytes of one request: a body of 200 MiB with everything before it.
    public var requestBytes = WireLimits.stream + WireLimits.publishHeader
    /// Bytes of memory that the unfinished requests of all sessions may take.
    public var heldBytes = 512 << 20
    /// Blocks of one request.
    public var blocks = 1 << 18
    /// Time without a datagram after which a session is forgotten.
    public var idleTime = Duration.seconds(60)
    /// Time without a datagram after which a session may have to make room for a new one.
    public var idleBeforeEviction = Duration.seconds(10)

    /// The limits of a server that is not told otherwise.
    public init() {}
}
