import DequeModule
import MessageBoard

/// Says whether a message is recent enough for its request id to be recognised, whatever the wall clock does: the age is
/// measured by the clock that never jumps. Messages from before the start are as old as the start.
struct RequestWindow {
    private static let length = Duration.seconds(Draft.requestWindowSeconds)
    /// Time between two samples; with ``length`` it bounds their number to 61.
    private static let sampling = Duration.seconds(10)

    /// The newest number at some times, oldest first.
    private var samples: Deque<(uptime: Duration, newest: MessageID)>
    /// Numbers up to this one are too old.
    private var expired: MessageID = 0

    /// - Parameter newest: the newest number at the start.
    init(newest: MessageID, uptime: Duration) {
        samples = [(uptime, newest)]
    }

    /// Notes the time; call it before each batch with the newest number given so far.
    mutating func advance(newest: MessageID, uptime: Duration) {
        if let last = samples.last, uptime - last.uptime < Self.sampling { return expire(uptime) }
        samples.append((uptime, newest))
        expire(uptime)
    }

    private mutating func expire(_ uptime: Duration) {
        while let oldest = samples.first, uptime - oldest.uptime > Self.length {
            expired = oldest.newest
            samples.removeFirst()
        }
    }

    /// Whether the request that became this message is recognised.
    func recognises(_ id: MessageID) -> Bool {
        id > expired
    }
}
