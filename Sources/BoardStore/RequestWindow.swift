import DequeModule
import MessageBoard

/// Says whether a message is recent enough for its request id to be recognised, whatever the wall clock does.
///
/// Of messages published since the start, the age is measured by the clock that never jumps; only of older ones is the
/// wall clock asked.
struct RequestWindow {
    private static let length = Duration.seconds(Draft.requestWindowSeconds)
    /// Time between two samples; with ``length`` it bounds their number to 61.
    private static let sampling = Duration.seconds(10)

    private let lastBeforeStart: MessageID
    /// The newest number at some times, oldest first.
    private var samples: Deque<(uptime: Duration, newest: MessageID)> = []
    /// Numbers up to this one are too old.
    private var expired: MessageID = 0

    init(newest: MessageID) {
        lastBeforeStart = newest
    }

    /// Notes the time; call it before each batch with the newest number given so far.
    mutating func advance(newest: MessageID, uptime: Duration) {
        if samples.last.map({ uptime - $0.uptime >= Self.sampling }) ?? true {
            samples.append((uptime, newest))
        }
        while let oldest = samples.first, uptime - oldest.uptime > Self.length {
            expired = oldest.newest
            samples.removeFirst()
        }
    }

    /// Whether the request that became this message is recognised.
    func recognises(_ id: MessageID, published time: Timestamp, now: Timestamp) -> Bool {
        guard id > expired else { return false }
        guard id <= lastBeforeStart else { return true }
        let age = (now.microseconds - time.microseconds).magnitude
        return age <= UInt64(Draft.requestWindowSeconds) * 1_000_000
    }
}
