import Foundation

/// Keeps the answers of one connection in the order of its requests.
final class Turns: @unchecked Sendable {
    // Unchecked: what follows is touched only by who holds `changed`.
    private var given = 0
    private var taken = 0
    private var isBroken = false
    private let changed = NSCondition()
    private let limit: Int

    /// - Parameter limit: turns that are given and not yet taken.
    init(limit: Int) {
        self.limit = limit
    }

    /// Gives the next turn; waits while too many are out. `nil` when a turn before has failed: there will be no more.
    func next() -> Int? {
        changed.lock()
        defer { changed.unlock() }
        while given - taken >= limit { changed.wait() }
        guard !isBroken else { return nil }
        given += 1
        return given - 1
    }

    /// Does the work when all turns before are taken; after one that failed, none is done: half an answer must not be followed by
    /// another.
    func take(_ turn: Int, _ work: () -> Bool) {
        changed.lock()
        while taken < turn { changed.wait() }
        let isDone = isBroken
        changed.unlock()
        let hasFailed = !isDone && !work()  // without the lock: others may be given turns meanwhile
        changed.lock()
        taken += 1
        isBroken = isBroken || hasFailed
        changed.broadcast()
        changed.unlock()
    }

    /// Whether turns are given and not yet taken.
    var areOut: Bool {
        changed.lock()
        defer { changed.unlock() }
        return taken < given
    }

    /// Waits until all turns that were given are taken.
    func waitForAll() {
        changed.lock()
        defer { changed.unlock() }
        while taken < given { changed.wait() }
    }
}
