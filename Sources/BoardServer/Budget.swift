import Synchronization

/// Bytes, or places, that many connections share: whoever needs more than is left has to do without.
package final class Budget: Sendable {
    private let used = Mutex(0)
    private let limit: Int

    package init(limit: Int) {
        self.limit = limit
    }

    /// Takes so many; `false` when they are not there, and then it takes none.
    package func take(_ amount: Int) -> Bool {
        used.withLock { used in
            guard used + amount <= limit else { return false }
            used += amount
            return true
        }
    }

    package func giveBack(_ amount: Int) {
        used.withLock { $0 -= amount }
    }
}
