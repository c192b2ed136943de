import Synchronization

/// Bytes that many connections share: whoever needs more than is left has to do without.
final class ByteBudget: Sendable {
    private let used = Mutex(0)
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes bytes; `false` when they are not there, and then it takes none.
    func take(_ bytes: Int) -> Bool {
        used.withLock { used in
            guard used + bytes <= limit else { return false }
            used += bytes
            return true
        }
    }

    func giveBack(_ bytes: Int) {
        used.withLock { $0 -= bytes }
    }
}
