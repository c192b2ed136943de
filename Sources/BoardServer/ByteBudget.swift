import Synchronization

/// Bytes that many connections share: whoever needs more than is left has to do without.
package final class ByteBudget: Sendable {
    private let used = Mutex(0)
    private let limit: Int

    package init(limit: Int) {
        self.limit = limit
    }

    /// Takes bytes; `false` when they are not there, and then it takes none.
    package func take(_ bytes: Int) -> Bool {
        used.withLock { used in
            guard used + bytes <= limit else { return false }
            used += bytes
            return true
        }
    }

    package func giveBack(_ bytes: Int) {
        used.withLock { $0 -= bytes }
    }
}
