import Foundation
package import Logging

/// Threads that are made one at a time when there is work, up to a limit, and that end with it.
package final class ThreadCrew: @unchecked Sendable {
    // Unchecked: what follows is touched only by who holds `changed`.
    /// Pieces of work that have a thread, or wait for one.
    private var running = 0
    /// Threads that there are.
    private var alive = 0
    private var started = 0
    private var ended = 0
    private let changed = NSCondition()
    private let name: String
    private let limit: Int
    private let counters: Counters
    private let logger: Logger

    /// - Parameters:
    ///   - name: `Thread` makes `Thread-1`, `Thread-2`.
    ///   - limit: threads at a time.
    package init(_ name: String, limit: Int, counters: Counters, logger: Logger) {
        self.name = name
        self.limit = limit
        self.counters = counters
        self.logger = logger
    }

    /// Does the work in a thread of its own. Waits while there are as many as there may be; when the system has no more to
    /// give, for one to end; and does the work itself if there is none.
    package func start(_ work: @escaping @Sendable () -> Void) {
        changed.lock()
        while running >= limit { changed.wait() }
        running += 1
        started += 1
        let number = started
        changed.unlock()
        while true {
            let ends = count(of: 1)
            do throws(SystemCallError) {
                try NamedThread("\(name)-\(number)") { self.run(work) }.detach()
                return
            } catch {
                _ = count(of: -1)
                guard waitForEnd(after: ends) else {
                    logger.warning("no thread for a client, who is served by the one that accepts: \(error)")
                    _ = count(of: 1)
                    return run(work)
                }
            }
        }
    }

    /// Waits until all work is done.
    package func waitForAll() {
        changed.lock()
        while running > 0 { changed.wait() }
        changed.unlock()
    }

    private func run(_ work: () -> Void) {
        counters.threads.add()
        work()
        counters.threads.add(-1)
        changed.lock()
        running -= 1
        alive -= 1
        ended += 1
        changed.broadcast()
        changed.unlock()
    }

    /// Counts a thread that is to be started, or was not.
    ///
    /// - Returns: how many have ended so far.
    private func count(of threads: Int) -> Int {
        changed.lock()
        defer { changed.unlock() }
        alive += threads
        if threads < 0 { changed.broadcast() }
        return ended
    }

    /// Waits until one has ended that had not before; `false` when there is none that could.
    private func waitForEnd(after ends: Int) -> Bool {
        changed.lock()
        defer { changed.unlock() }
        while ended == ends, alive > 0 { changed.wait() }
        return ended > ends
    }
}

/// Threads that all do the same from the server's start to its end.
struct ThreadPool {
    private let threads: [NamedThread]
    private let counters: Counters

    /// Starts them: `Thread-1` to `Thread-N`.
    ///
    /// - Parameter work: is given the thread's number, from 1.
    /// - Throws: ``SystemCallError``; those that were started go on, and end by themselves.
    init(
        _ name: String, count: Int, counters: Counters, _ work: @escaping @Sendable (Int) -> Void
    ) throws(SystemCallError) {
        self.counters = counters
        var threads: [NamedThread] = []
        for number in 1...count {
            do throws(SystemCallError) {
                threads.append(try NamedThread("\(name)-\(number)") { work(number) })
                counters.threads.add()
            } catch {
                for thread in threads { thread.detach() }
                counters.threads.add(-threads.count)
                throw error
            }
        }
        self.threads = threads
    }

    /// Waits until all have done their work.
    func join() {
        for thread in threads { thread.join() }
        counters.threads.add(-threads.count)
    }
}
