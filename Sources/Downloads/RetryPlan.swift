/// What comes after an attempt to get a file: another one, after a pause, or the end. Both are bounded.
package struct RetryPlan: Sendable {
    /// How an attempt ended.
    package enum Outcome: Equatable, Sendable {
        /// The whole file is there.
        case whole
        /// What was there is of no use: the whole file has to be asked for.
        case startOver
        /// Something went wrong.
        case failed(DownloadError)
    }

    /// What to do next.
    package enum Step: Equatable, Sendable {
        /// Another attempt after this pause.
        case attempt(after: Duration)
        /// Nothing more: the file is there.
        case finish
        /// Nothing more: it did not work.
        case fail(DownloadError)
    }

    /// Attempts that have ended.
    package private(set) var attempts = 0
    private var pause = DownloadLimits.firstPause

    /// A plan before the first attempt, which comes at once.
    package init() {}

    /// What comes after an attempt that ended like this. Pauses grow and are random, so that many clients of a server that comes
    /// back do not all come at once; a pause that the server asked for is kept.
    package mutating func next(after outcome: Outcome, using generator: inout some RandomNumberGenerator) -> Step {
        attempts += 1
        switch outcome {
        case .whole: return .finish
        case .startOver:
            return attempts < DownloadLimits.attempts ? .attempt(after: .zero) : .fail(.neverTheSame)
        case .failed(let error):
            guard error.mayBeRepeated, attempts < DownloadLimits.attempts else { return .fail(error) }
            let own = pause / 2 + pause / 2 * Double.random(in: 0...1, using: &generator)
            pause = min(pause * 2, DownloadLimits.longestPause)
            guard case .busy(_, let asked?) = error else { return .attempt(after: own) }
            return asked > DownloadLimits.longestRetryAfter ? .fail(error) : .attempt(after: max(own, asked))
        }
    }
}
