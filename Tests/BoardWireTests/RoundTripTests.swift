import BoardWire
import Testing

/// The retransmission timer (RFC 6298) and what follows from it.
struct RoundTripTests {
    @Test func `the first measurement sets both, further ones smooth`() {
        var estimator = RoundTripEstimator()
        #expect(estimator.timeout == .seconds(1))
        estimator.measure(.milliseconds(100))
        #expect(estimator.smoothed == .milliseconds(100))
        #expect(estimator.variation == .milliseconds(50))
        #expect(estimator.timeout == .milliseconds(300))
        estimator.measure(.milliseconds(180))
        #expect(estimator.smoothed == .milliseconds(110))
        #expect(estimator.variation == .microseconds(57_500))
        #expect(estimator.timeout == .milliseconds(340))
    }

    @Test func `the wait doubles without an answer, is bounded, and a measurement ends that`() {
        var estimator = RoundTripEstimator()
        let waits = (0..<4).map { _ in
            defer { estimator.backOff() }
            return estimator.timeout
        }
        #expect(waits == [.seconds(1), .seconds(2), .seconds(4), .seconds(4)])
        estimator.measure(.milliseconds(10))
        #expect(estimator.timeout == RoundTripEstimator.minimumTimeout)
    }

    @Test func `the shortest round trip is forgotten when the way has become longer`() {
        var estimator = RoundTripEstimator()
        estimator.measure(.milliseconds(10))
        for _ in 0..<3_000 { estimator.measure(.milliseconds(30)) }
        #expect(estimator.minimum == .milliseconds(30))
        #expect(!estimator.hasQueue)
    }

    @Test func `a standing queue is told from jitter`() {
        var queued = RoundTripEstimator()
        queued.measure(.milliseconds(20))
        for _ in 0..<100 { queued.measure(.milliseconds(40)) }
        #expect(queued.hasQueue)
        var shaken = RoundTripEstimator()
        for round in 0..<100 { shaken.measure(.milliseconds(20 + round * 7 % 20)) }
        #expect(!shaken.hasQueue)
    }
}
