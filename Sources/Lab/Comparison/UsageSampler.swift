import Foundation
import ServerModels

/// Looks at a server while it is measured.
struct UsageSampler {
    /// Between two looks: seldom enough not to be measured itself.
    private static let pause = Duration.milliseconds(50)
    /// Looks from one search for child processes, and reading of the counters, to the next.
    private static let looksPerSearch = 5

    /// The most that was seen, and the counters as they were last.
    struct Seen {
        var threads = 0
        var residentBytes = 0
        var counters: Counters.Snapshot?
    }

    let server: Int32
    let counters: CounterSocket?
    private var tree: ProcessTree
    private(set) var seen = Seen()

    /// - Parameter hasCounters: whether the server tells of itself.
    init(server: Int32, hasCounters: Bool) {
        self.server = server
        counters = hasCounters ? CounterSocket(pid: server) : nil
        tree = ProcessTree(root: server)
    }

    /// Looks again and again, until it is cancelled.
    mutating func run() async -> Seen {
        var looks = 0
        while !Task.isCancelled {
            await look(closely: looks % Self.looksPerSearch == 0)
            looks += 1
            try? await Task.sleep(for: Self.pause)
        }
        return seen
    }

    /// - Parameter closely: reads the counters and searches for child processes as well.
    mutating func look(closely: Bool) async {
        if closely { tree = ProcessTree(root: server) }
        let usage = tree.usage
        seen.threads = max(seen.threads, usage.threads)
        seen.residentBytes = max(seen.residentBytes, usage.peakResidentBytes)
        if closely, let counters, let told = try? await counters.read() { seen.counters = told.counters }
    }
}
