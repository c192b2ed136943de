/// The bounds of a name server: what its clients can make it hold and do, and how long a silent daemon keeps its names.
public struct NameServerLimits: Sendable {
    /// Names that it holds.
    public var names = 100_000
    /// Bytes of all names with their URIs and metadata.
    public var bytes = 64 << 20
    /// Bytes of one name.
    public var nameBytes = 1_000
    /// Bytes of one URI.
    public var uriBytes = 1_000
    /// Entries of one name's metadata.
    public var metadataEntries = 100
    /// Bytes of all entries of one name's metadata.
    public var metadataBytes = 4_000
    /// Bytes of names, URIs and metadata that one call lists: what a message holds.
    public var listedBytes = 4 << 20
    /// Bytes of a regular expression.
    public var patternBytes = 1_000
    /// Ten thousands of steps that matching a regular expression with all names may take: about 50 ms.
    public var patternSteps = 300

    /// Answers a second to those who look for a name server by broadcast.
    public var broadcastAnswersPerSecond = 50.0

    /// Pings without an answer, one after the other, after which a daemon's names go.
    public var missedPings = 3
    /// Seconds after a registration within which the daemon may not answer yet: many a program registers first and serves later.
    public var firstAnswerSeconds = 60.0
    /// Seconds that the answer to a ping may take.
    public var pingSeconds = 5.0
    /// Daemons that are pinged at a time.
    public var pingsAtOnce = 32

    /// As above.
    public init() {}
}
