import Foundation

/// The sockets of all connections that a server has open: who waits for a place waits here, and a server that stops finds
/// them here.
final class OpenConnections: @unchecked Sendable {
    // Unchecked: everything below is touched only by who holds `changed`.
    private var descriptors: Set<Int32> = []
    private var isEnding = false
    private let changed = NSCondition()
    private let counters: Counters

    init(counters: Counters) {
        self.counters = counters
    }

    /// Takes in a socket.
    func add(_ descriptor: Int32) {
        changed.lock()
        defer { changed.unlock() }
        descriptors.insert(descriptor)
        counters.open.add()
        if isEnding { shutdown(descriptor, Int32(SHUT_RD)) }
    }

    /// Closes a socket. Under the lock: its number must not be another connection's while somebody uses it here.
    func close(_ descriptor: Int32) {
        changed.lock()
        defer { changed.unlock() }
        descriptors.remove(descriptor)
        Glibc.close(descriptor)
        counters.open.add(-1)
        changed.broadcast()
    }

    /// Waits until there are fewer than `limit`, or the server ends.
    func waitForPlace(_ limit: Int) {
        changed.lock()
        defer { changed.unlock() }
        while descriptors.count >= limit, !isEnding { changed.wait() }
    }

    /// Waits until one is closed, the server ends, or the time is over.
    func waitForClose(seconds: Double) {
        changed.lock()
        defer { changed.unlock() }
        if !isEnding { _ = changed.wait(until: Date(timeIntervalSinceNow: seconds)) }
    }

    /// Waits until there is none.
    func waitUntilEmpty() {
        changed.lock()
        defer { changed.unlock() }
        while !descriptors.isEmpty { changed.wait() }
    }

    /// Takes nothing more from the clients: who waits for one gets the end, who is at work goes on.
    func end() {
        changed.lock()
        defer { changed.unlock() }
        isEnding = true
        for descriptor in descriptors { shutdown(descriptor, Int32(SHUT_RD)) }
        changed.broadcast()
    }

    /// Ends all that is left.
    func cut() {
        changed.lock()
        defer { changed.unlock() }
        for descriptor in descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
}
