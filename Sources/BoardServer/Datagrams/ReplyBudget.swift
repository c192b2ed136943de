/// Bounds the bytes sent to addresses that have not proven themselves: a token bucket per source prefix, so that nobody
/// can make the board flood a third party by writing its address on datagrams.
///
/// The table has a fixed size; prefixes that fall on the same place share a bucket, which only makes them slower.
package struct ReplyBudget: Sendable {
    /// Bytes set aside before a request is looked at: no answer that cannot be dropped is longer.
    package static let reserve = 512

    private struct Bucket {
        /// Bytes that may be sent now.
        var tokens: Double
        /// When that was true, as time since some start.
        var time: Duration
    }

    private let bytesPerSecond: Double
    private let burst: Double
    private let seed: UInt64
    private var buckets: [Bucket]

    /// - Parameters:
    ///   - prefixes: the size of the table.
    ///   - seed: random in use, so that nobody can choose whom to share a bucket with.
    package init(bytesPerSecond: Int, burst: Int, prefixes: Int, seed: UInt64 = .random(in: .min ... .max)) {
        self.bytesPerSecond = Double(bytesPerSecond)
        self.burst = Double(burst)
        self.seed = seed
        buckets = Array(repeating: Bucket(tokens: Double(burst), time: .zero), count: prefixes)
    }

    /// Takes bytes from a prefix's bucket; `false` when it does not hold them, and then it takes none.
    package mutating func take(_ bytes: Int, for prefix: UInt64, at time: Duration) -> Bool {
        let place = place(of: prefix)
        refill(place, at: time)
        guard buckets[place].tokens >= Double(bytes) else { return false }
        buckets[place].tokens -= Double(bytes)
        return true
    }

    /// Puts back what was taken and not sent.
    package mutating func giveBack(_ bytes: Int, for prefix: UInt64) {
        let place = place(of: prefix)
        buckets[place].tokens = min(burst, buckets[place].tokens + Double(bytes))
    }

    private mutating func refill(_ place: Int, at time: Duration) {
        let elapsed = max(.zero, time - buckets[place].time) / .seconds(1)
        buckets[place].tokens = min(burst, buckets[place].tokens + elapsed * bytesPerSecond)
        buckets[place].time = time
    }

    /// A multiplicative hash of the prefix (Knuth, TAOCP 3, 6.4).
    private func place(of prefix: UInt64) -> Int {
        let mixed = (prefix ^ seed) &* 0x9E37_79B9_7F4A_7C15
        return Int((mixed ^ mixed >> 32) % UInt64(buckets.count))
    }
}
