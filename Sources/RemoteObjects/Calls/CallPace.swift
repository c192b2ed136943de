import Synchronization

/// Where a function's calls run: on the event loop that they came on, which is quick and holds up everybody else on it, or on
/// the threads that all of Swift's tasks share.
///
/// A function begins on the shared threads. When its calls have been short for a while they move to the loop, and back when they
/// are long: what computes for seconds holds up its own callers, and at most twice in a row those who share its loop.
package final class CallPace: Sendable {
    /// A call that takes no longer is short.
    package static let shortCall = Duration.milliseconds(1)
    /// Short calls in a row after which a new function's calls run on the loop. Each time that they prove long after all it takes
    /// twice as many.
    package static let trial = 32
    private static let longestTrial = 1 << 20
    /// Short calls that make up for a long one: a thread may stand still through no fault of the call.
    private static let penance = 16

    /// Below zero: the short calls that are still to come, on the shared threads. Else the penance for long ones, on the loop.
    /// Two calls that end at once may count as one.
    private let standing = Atomic<Int>(-trial)
    private let nextTrial = Atomic<Int>(trial)

    /// Of a function that nobody has called yet.
    package init() {}

    /// Whether the next call runs on the loop.
    package var isQuick: Bool { standing.load(ordering: .relaxed) >= 0 }

    /// Learns from a call.
    package func took(_ time: Duration) {
        let standing = standing.load(ordering: .relaxed)
        if time <= Self.shortCall {
            if standing != 0 { self.standing.store(standing + (standing < 0 ? 1 : -1), ordering: .relaxed) }
        } else if standing < 0 {
            self.standing.store(-nextTrial.load(ordering: .relaxed), ordering: .relaxed)
        } else if standing < Self.penance {
            self.standing.store(standing + Self.penance, ordering: .relaxed)
        } else {
            let trial = min(2 * nextTrial.load(ordering: .relaxed), Self.longestTrial)
            nextTrial.store(trial, ordering: .relaxed)
            self.standing.store(-trial, ordering: .relaxed)
        }
    }
}
