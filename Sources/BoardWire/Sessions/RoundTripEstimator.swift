/// How long to wait for an answer before a datagram counts as lost, from measured round-trip times (RFC 6298).
///
/// Only answers to what was sent once may be measured: of a repeat nobody knows which of the two was answered (Karn's
/// algorithm, RFC 6298, section 3).
public struct RoundTripEstimator: Sendable {
    /// The wait before anything was measured (RFC 6298, rule 2.1; RFC 8085, section 3.1.1).
    public static let initialTimeout = Duration.seconds(1)
    /// The shortest wait. RFC 6298 has 1 s, for clocks that ticked in half seconds and receivers that answer late on
    /// purpose; here every block is answered at once. TCP on Linux has 200 ms, and RFC 8085 asks for 1 s only
    /// where nothing was measured. 50 ms are well over what a busy host takes.
    public static let minimumTimeout = Duration.milliseconds(50)
    /// The longest wait, however often there was no answer.
    public static let maximumTimeout = Duration.seconds(4)
    /// Measurements by which ``minimum`` lives: it follows when the way becomes longer.
    private static let minimumLifetime = 1_024

    /// SRTT: the smoothed round-trip time; `nil` before the first measurement.
    public private(set) var smoothed: Duration?
    /// RTTVAR: how far measurements are from it.
    public private(set) var variation = Duration.zero
    /// The shortest round trip of late: the way without any queue.
    public private(set) var minimum: Duration?
    /// RTO: the wait for an answer.
    public private(set) var timeout = initialTimeout
    private var previousMinimum = Duration.seconds(3_600)
    private var currentMinimum = Duration.seconds(3_600)
    private var age = 0

    /// Nothing measured yet.
    public init() {}

    /// Takes in a round trip of something that was sent once; ends a back-off.
    public mutating func measure(_ roundTrip: Duration) {
        let sample = max(roundTrip, .microseconds(1))
        if let before = smoothed {
            let distance = before > sample ? before - sample : sample - before
            variation = (variation * 3 + distance) / 4
            smoothed = (before * 7 + sample) / 8
        } else {
            variation = sample / 2
            smoothed = sample
        }
        noteMinimum(sample)
        timeout = min(max(smoothed! + variation * 4, Self.minimumTimeout), Self.maximumTimeout)
    }

    /// No answer came in time: twice the wait (RFC 6298, rule 5.5).
    public mutating func backOff() {
        timeout = min(timeout * 2, Self.maximumTimeout)
    }

    /// After how long something counts as lost when something sent later was answered: by more than it may have been
    /// overtaken (RFC 9002, section 6.1.2, wider where round trips differ more).
    public var overtakenAfter: Duration {
        guard let smoothed else { return timeout }
        return smoothed + max(smoothed / 8, variation * 4, .milliseconds(1))
    }

    /// Whether round trips are longer than the shortest by more than they differ among themselves: a queue stands
    /// somewhere on the way.
    public var hasQueue: Bool {
        guard let smoothed, let minimum else { return false }
        return smoothed - minimum > max(minimum / 4, variation * 3)
    }

    private mutating func noteMinimum(_ sample: Duration) {
        if age == Self.minimumLifetime {
            (previousMinimum, currentMinimum, age) = (currentMinimum, sample, 0)
        }
        age += 1
        currentMinimum = min(currentMinimum, sample)
        minimum = min(previousMinimum, currentMinimum)
    }
}
