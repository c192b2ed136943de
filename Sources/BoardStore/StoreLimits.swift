/// The bounds of a store.
public struct StoreLimits: Sendable {
    /// Messages that may wait for a commit.
    public var waitingMessages = 65_536
    /// Bytes of memory that they may take.
    public var waitingBytes = 512 << 20
    /// Messages in one transaction.
    public var batchMessages = 4_096
    /// Bytes of memory that the messages of one transaction may take; a larger one is committed alone.
    public var batchBytes = 8 << 20
    /// Commits of a single message in a row after which the next one may run on the thread that brought it.
    public var loneCommits = 8
    /// Bytes of its body at most.
    public var bytesCommittedHere = 16 << 10
    /// The longest last commit, in microseconds, after which that is done: a slow disk must not hold up who reads.
    public var quickCommitMicroseconds: Int64 = 1_000
    /// Newest messages kept in memory.
    public var tailMessages = 65_536
    /// Bytes of memory that they may take.
    public var tailBytes = 32 << 20
    /// Reads of single messages that may wait for the disk.
    public var waitingReads = 65_536
    /// Groups of such reads that run at a time.
    public var concurrentReads = 2
    /// Messages that may be read on the thread that asks, all from the kernel's memory most likely.
    public var messagesReadHere = 64
    /// The longest last read, in microseconds a message, after which that is done: a disk must not hold up a loop.
    public var quickReadMicroseconds: Int64 = 200
    /// Named boards on one server.
    public var boards = 65_536
    /// Pages of log (4 KiB each) after which it is copied into the database: just under what was written in advance.
    public var logPages = 3_000
    /// Bytes of a database up to which its whole structure is checked at start; a larger one is checked as it is read.
    public var wholeCheckBytes = 32 << 20

    /// The limits of a server that is not told otherwise.
    public init() {}
}
