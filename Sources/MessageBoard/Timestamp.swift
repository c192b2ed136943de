/// A point in time: whole microseconds since 1970-01-01T00:00:00Z, without leap seconds.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Microseconds since the epoch.
    public var microseconds: Int64

    /// The point this many microseconds after the epoch.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Seconds since the epoch; exact to the microsecond for the next two centuries.
    public var seconds: Double { Double(microseconds) / 1_000_000 }

    /// Seconds since the epoch with exactly six decimals, as the wire has it: `1763805000.123456`.
    public var description: String {
        let (whole, rest) = microseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        let decimals = String(rest)
        return (microseconds < 0 ? "-" : "") + String(whole) + "."
            + String(repeating: "0", count: 6 - decimals.utf8.count) + decimals
    }

    /// Reads seconds with up to six decimals (further ones are cut); `nil` when it is no such number.
    public init?(_ text: some StringProtocol) {
        let negative = text.hasPrefix("-")
        let parts = text.dropFirst(negative ? 1 : 0).split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = UInt32(parts[0]).map(Int64.init) else { return nil }
        let decimals = parts.count == 2 ? parts[1].prefix(6) : "0"
        guard !decimals.isEmpty,
            let fraction = Int64(decimals + String(repeating: "0", count: 6 - decimals.utf8.count)), fraction >= 0
        else { return nil }
        microseconds = (whole * 1_000_000 + fraction) * (negative ? -1 : 1)
    }

    /// Whether one is earlier than the other.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }
}
