#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The request ids that this client makes.
package enum RequestID {
    /// 16 bytes as a version 7 UUID (RFC 9562, section 5.7): the time first, so that the server's index of them grows at
    /// its end, then 74 random bits.
    package static func make() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return make(milliseconds: milliseconds(), random: (random.next(), random.next()))
    }

    package static func make(milliseconds: UInt64, random: (UInt64, UInt64)) -> [UInt8] {
        let high = milliseconds << 16 | 0x7000 | random.0 & 0x0FFF
        let low = random.1 >> 2 | 1 << 63
        return [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
    }

    private static func milliseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000 + UInt64(time.tv_nsec) / 1_000_000
    }
}
