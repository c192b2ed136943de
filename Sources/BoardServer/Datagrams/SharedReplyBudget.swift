import NIOCore
import Synchronization

/// The reply budget that all sockets draw from, by the running clock.
final class SharedReplyBudget: Sendable {
    private let budget: Mutex<ReplyBudget>
    private let start = ContinuousClock.now

    init(_ limits: ServerLimits) {
        budget = Mutex(
            ReplyBudget(
                bytesPerSecond: limits.replyBytesPerSecond, burst: limits.replyBurstBytes,
                prefixes: limits.replyPrefixes))
    }

    /// Whether a request may be looked at: sets aside what its shortest answers take.
    func reserve(for peer: SocketAddress) -> Bool {
        take(ReplyBudget.reserve, for: peer)
    }

    /// Whether an answer may be sent; a longer one than reserved takes more, a shorter one gives the rest back.
    func settle(_ bytes: Int, for peer: SocketAddress) -> Bool {
        if bytes > ReplyBudget.reserve { return take(bytes - ReplyBudget.reserve, for: peer) }
        budget.withLock { $0.giveBack(ReplyBudget.reserve - bytes, for: peer.prefix) }
        return true
    }

    private func take(_ bytes: Int, for peer: SocketAddress) -> Bool {
        let time = start.duration(to: .now)
        return budget.withLock { $0.take(bytes, for: peer.prefix, at: time) }
    }
}
