public import MessageBoard

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The two clocks of a store: handed in, so that tests can turn them.
public struct StoreClock: Sendable {
    /// The wall clock: may jump in both directions.
    public var now: @Sendable () -> Timestamp
    /// Time since some point in the past: never jumps.
    public var uptime: @Sendable () -> Duration

    /// Two clocks.
    public init(now: @escaping @Sendable () -> Timestamp, uptime: @escaping @Sendable () -> Duration) {
        self.now = now
        self.uptime = uptime
    }

    /// The clocks of the system.
    public static let system = StoreClock(now: wallClock) {
        let time = read(CLOCK_MONOTONIC)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// The system's wall clock.
    @Sendable public static func wallClock() -> Timestamp {
        let time = read(CLOCK_REALTIME)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }
}
