import Synchronization

/// What a server has done and is doing: the same for every model, and readable while it runs.
public final class Counters: Sendable {
    /// A number that goes up and down, and the most it ever was.
    public final class Gauge: Sendable {
        private let value = Atomic(0)
        private let highest = Atomic(0)

        package init() {}

        package func add(_ count: Int = 1) {
            let now = value.add(count, ordering: .relaxed).newValue
            if count > 0, now > highest.load(ordering: .relaxed) { highest.max(now, ordering: .relaxed) }
        }

        /// The number now.
        public var now: Int { value.load(ordering: .relaxed) }
        /// The most it was.
        public var peak: Int { highest.load(ordering: .relaxed) }
    }

    /// A number that only goes up.
    public final class Tally: Sendable {
        private let value = Atomic(0)

        init() {}

        func add(_ count: Int = 1) { value.add(count, ordering: .relaxed) }

        /// The number now.
        public var count: Int { value.load(ordering: .relaxed) }
    }

    /// Connections that were accepted.
    public let accepted = Tally()
    /// Connections that are open.
    public let open = Gauge()
    /// Connections that somebody deals with now.
    public let served = Gauge()
    /// Clients that had gone when somebody came to deal with them.
    public let left = Tally()
    /// Connections that ended with an error or were cut for being idle.
    public let broken = Tally()
    /// Whole requests that came.
    public let requests = Tally()
    /// Answers that were sent, those of failures included.
    public let answers = Tally()
    /// Requests whose handler threw, or whose worker process died.
    public let failures = Tally()
    /// Clients that sent what nobody can serve.
    public let refused = Tally()
    /// Times that accepting paused since the process had no descriptors left.
    public let pauses = Tally()
    /// Entries in the queues between threads.
    public let queued = Gauge()
    /// Requests that are being handled.
    public let busy = Gauge()
    /// Threads of the server, its accept loop included.
    public let threads = Gauge()
    /// Worker processes that died and were replaced.
    public let workersReplaced = Tally()

    /// All at zero.
    public init() {}
}

extension Counters {
    /// The counters at one moment.
    public struct Snapshot: Sendable, Codable, Hashable {
        /// `Counters.accepted`.
        public var accepted = 0
        /// `Counters.open` now.
        public var open = 0
        /// The most of it.
        public var openPeak = 0
        /// `Counters.served` now.
        public var served = 0
        /// `Counters.left`.
        public var left = 0
        /// `Counters.broken`.
        public var broken = 0
        /// `Counters.requests`.
        public var requests = 0
        /// `Counters.answers`.
        public var answers = 0
        /// `Counters.failures`.
        public var failures = 0
        /// `Counters.refused`.
        public var refused = 0
        /// `Counters.pauses`.
        public var pauses = 0
        /// `Counters.queued` now.
        public var queued = 0
        /// The most of it.
        public var queuedPeak = 0
        /// `Counters.busy` now.
        public var busy = 0
        /// The most of it.
        public var busyPeak = 0
        /// `Counters.threads` now.
        public var threads = 0
        /// The most of it.
        public var threadsPeak = 0
        /// `Counters.workersReplaced`.
        public var workersReplaced = 0

        /// All at zero.
        public init() {}
    }

    /// The counters now; each for itself, since nothing stops meanwhile.
    public var snapshot: Snapshot {
        var snapshot = Snapshot()
        snapshot.accepted = accepted.count
        (snapshot.open, snapshot.openPeak) = (open.now, open.peak)
        snapshot.served = served.now
        snapshot.left = left.count
        snapshot.broken = broken.count
        snapshot.requests = requests.count
        snapshot.answers = answers.count
        snapshot.failures = failures.count
        snapshot.refused = refused.count
        snapshot.pauses = pauses.count
        (snapshot.queued, snapshot.queuedPeak) = (queued.now, queued.peak)
        (snapshot.busy, snapshot.busyPeak) = (busy.now, busy.peak)
        (snapshot.threads, snapshot.threadsPeak) = (threads.now, threads.peak)
        snapshot.workersReplaced = workersReplaced.count
        return snapshot
    }
}
