#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The time of day as the notes' logs have it: `18:21:41,577`, local.
enum ClockTime {
    static var now: String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var parts = tm()
        localtime_r(&time.tv_sec, &parts)
        func digits(_ number: Int, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return "\(digits(Int(parts.tm_hour), 2)):\(digits(Int(parts.tm_min), 2)):\(digits(Int(parts.tm_sec), 2)),"
            + digits(time.tv_nsec / 1_000_000, 3)
    }
}
