/// The bounds of a server, the same for every model; what a model does at each of them is written in its own file.
public struct ModelLimits: Sendable {
    /// Connections that wait in the kernel for the accept loop: `listen(2)`.
    public var backlog = 128
    /// Connections that are open at a time; more wait in the kernel.
    public var connections = 20_000
    /// Entries of each queue between threads.
    public var queued = 1_024
    /// Threads that a model makes on demand, at a time.
    public var threads = 4_096
    /// Requests of one connection that are handled at a time, where a model handles several.
    public var requestsInFlight = 16
    /// Seconds without a byte from a client, or with none taken by it, after which its connection is cut.
    public var idleSeconds = 60
    /// Bytes that are read at a time.
    public var readBytes = 16_384
    /// Bytes thrown away of a client that was refused, so that it sees why.
    public var discardedBytes = 1 << 20
    /// Bytes of one frame between the server and a worker process.
    public var frameBytes = 16 << 20
    /// Seconds that connections may take to finish when the server stops; then they are cut.
    public var drainSeconds = 5

    /// The defaults.
    public init() {}
}
