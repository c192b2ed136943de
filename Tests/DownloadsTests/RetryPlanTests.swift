import Downloads
import Testing

/// How often a download is tried, and when.
struct RetryPlanTests {
    /// Always the longest pause that may be drawn.
    private struct Highest: RandomNumberGenerator {
        func next() -> UInt64 { .max }
    }

    private static let broken = RetryPlan.Outcome.failed(.unreachable("refused"))

    private static func busy(_ pause: Duration?) -> RetryPlan.Outcome {
        .failed(.busy(status: 503, retryAfter: pause))
    }

    @Test(
        arguments: [
            .unreachable("refused"), .timedOut(.seconds(30)), .cut(at: 1, of: 2), .busy(status: 503, retryAfter: nil),
        ] as [DownloadError])
    func `what may be repeated is, after longer and longer pauses, a bounded number of times`(error: DownloadError) {
        var plan = RetryPlan()
        var generator = Highest()
        var pauses: [Duration] = []
        for _ in 1..<DownloadLimits.attempts {
            guard case .attempt(let pause) = plan.next(after: .failed(error), using: &generator) else {
                Issue.record("only \(plan.attempts) attempts")
                return
            }
            pauses.append(pause)
        }
        #expect(pauses == [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4)])
        #expect(plan.next(after: .failed(error), using: &generator) == .fail(error))
        #expect(plan.attempts == DownloadLimits.attempts)
    }

    @Test(
        arguments: [
            .refused(status: 404), .redirects("a circle"), .misfit("nonsense"), .notHTTP("nonsense"), .cancelled,
            .checksum(expected: "a", found: "b"), .exists(path: "f"), .disk(path: "f", reason: "full"),
        ] as [DownloadError])
    func `what would only fail again is not repeated`(error: DownloadError) {
        var plan = RetryPlan()
        var generator = Highest()
        #expect(plan.next(after: .failed(error), using: &generator) == .fail(error))
    }

    @Test func `a server's own pause is kept, up to a bound`() {
        var generator = Highest()
        var plan = RetryPlan()
        #expect(plan.next(after: Self.busy(.seconds(3)), using: &generator) == .attempt(after: .seconds(3)))
        #expect(plan.next(after: Self.busy(.zero), using: &generator) == .attempt(after: .seconds(1)))
        let longest = DownloadLimits.longestRetryAfter
        #expect(plan.next(after: Self.busy(longest), using: &generator) == .attempt(after: longest))
        let tooLong = DownloadError.busy(status: 503, retryAfter: longest + .seconds(1))
        #expect(plan.next(after: .failed(tooLong), using: &generator) == .fail(tooLong))
    }

    @Test func `a file that changes all the time is given up`() {
        var plan = RetryPlan()
        var generator = Highest()
        for _ in 1..<DownloadLimits.attempts {
            #expect(plan.next(after: .startOver, using: &generator) == .attempt(after: .zero))
        }
        #expect(plan.next(after: .startOver, using: &generator) == .fail(.neverTheSame))
    }

    @Test func `a whole file ends it`() {
        var plan = RetryPlan()
        var generator = Highest()
        _ = plan.next(after: Self.broken, using: &generator)
        #expect(plan.next(after: .whole, using: &generator) == .finish)
        #expect(plan.attempts == 2)
    }
}
