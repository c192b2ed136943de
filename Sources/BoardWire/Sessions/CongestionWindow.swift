/// How many blocks may be in flight (RFC 8085, section 3.1): slow start, then one more a round trip; on loss fewer, at most
/// once a round trip; after a time-out back to the beginning.
///
/// Where TCP Reno halves, this goes back to the measured rate times the shortest round-trip time (TCP Westwood, Mascolo
/// et al. 2001; Westwood+, Grieco and Mascolo 2004): that empties the queue that overflowed, as halving does. Where round
/// trips show no queue, and few blocks are lost, the loss is taken for one by chance (TCP Veno, Fu and Liew 2003) and
/// answered gently. Reno has a window of 12 blocks at 1 % loss, however fast the network is; this has about 50. A gentle
/// answer rather than none is what lets two share a way that hardly queues.
public struct CongestionWindow: Sendable {
    /// Blocks after a time-out, and the least after a loss.
    static let minimum = 2.0
    /// Part of the blocks, up to which losses without a queue are not taken for congestion.
    private static let tolerableLoss = 0.25
    /// What such a loss leaves of the window. More of it is faster where datagrams are lost by chance, and shares worse
    /// where a way has next to no queue: at 1 two sessions get a twentieth and the rest.
    private static let gentleDecrease = 0.97
    /// What a confirmed block adds in a cautious slow start, and round trips that it lasts.
    private static let cautiousStep = 0.25
    private static let mostCautiousRounds = 5
    /// Round trips over which the highest rate counts.
    private static let rounds = 8

    /// Blocks that may be in flight.
    public private(set) var size: Double
    /// Most blocks in flight.
    private let maximum: Double
    private var threshold = Double.infinity
    /// What a confirmed block adds in slow start.
    private var slowStartStep = 1.0
    private var cautiousRounds = 0
    private var rates: [Double] = []
    private var roundStart: Duration?
    private var roundEnd = 0
    private var confirmedInRound = 0.0
    private var lostInRound = 0.0
    /// Part of the blocks that was lost, over the last few rounds.
    private var lossRate = 0.0

    /// A window that begins with some blocks and never has more than a maximum.
    public init(initial: Int, maximum: Int) {
        size = Double(initial)
        self.maximum = Double(maximum)
    }

    /// A block was confirmed.
    ///
    /// - Parameters:
    ///   - number: of its transmission, counted in order of sending.
    ///   - next: the number that the next transmission will have.
    ///   - isFull: whether the window was what held back the sender; one that is not used does not grow.
    mutating func confirmed(_ number: Int, next: Int, now: Duration, isFull: Bool) {
        confirmedInRound += 1
        if number >= roundEnd {
            if let roundStart, now > roundStart { note(rate: confirmedInRound / ((now - roundStart) / .seconds(1))) }
            lossRate += (lostInRound / (lostInRound + confirmedInRound) - lossRate) / 4
            (roundStart, roundEnd, confirmedInRound, lostInRound) = (now, next, 0, 0)
            endRound()
        }
        guard isFull else { return }
        size = min(size + (size < threshold ? slowStartStep : 1 / size), maximum)
    }

    /// A block was lost.
    mutating func noteLoss() {
        lostInRound += 1
    }

    /// Blocks were lost; the caller says so once a round trip.
    mutating func lost(_ roundTrip: RoundTripEstimator) {
        if roundTrip.hasQueue || lossRate >= Self.tolerableLoss {
            threshold = capacity(roundTrip)
            slowStartStep = 1
            size = min(size, threshold)
        } else {
            size = min(max(size * Self.gentleDecrease, Self.minimum), maximum)
            if threshold < .infinity { threshold = size } else { slowStartStep = Self.cautiousStep }
        }
    }

    /// Nothing was confirmed for too long.
    mutating func timedOut(_ roundTrip: RoundTripEstimator) {
        threshold = capacity(roundTrip)
        slowStartStep = 1
        size = min(Self.minimum, maximum)
        roundStart = nil
    }

    /// A loss by chance does not end the first slow start, which would leave the window small for long; it makes it
    /// cautious, and it ends a few rounds later (as RFC 9406, section 4.3, does when round trips become longer).
    private mutating func endRound() {
        guard slowStartStep < 1, threshold == .infinity else { return }
        cautiousRounds += 1
        if cautiousRounds == Self.mostCautiousRounds { threshold = size }
    }

    /// Blocks that fit the way without a queue; half of the window while nothing is known.
    private func capacity(_ roundTrip: RoundTripEstimator) -> Double {
        guard let shortest = roundTrip.minimum, let rate = rates.max() else { return max(size / 2, Self.minimum) }
        return max(rate * (shortest / .seconds(1)), Self.minimum)
    }

    private mutating func note(rate: Double) {
        if rates.count == Self.rounds { rates.removeFirst() }
        rates.append(rate)
    }
}
