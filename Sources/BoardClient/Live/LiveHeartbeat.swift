/// Finds out whether the other side of a connection still lives: after a long silence it is asked, and an answer that does
/// not begin in time means that it is gone.
///
/// Times are durations since any one start.
package struct LiveHeartbeat {
    /// What is to be done at a moment.
    package enum Action: Hashable {
        /// Nothing; look again when ``due`` has come.
        case wait
        /// Ask for a sign of life.
        case ask
        /// Give the connection up.
        case giveUp
    }

    private let silence: Duration
    private let patience: Duration
    private var heard: Duration
    private var isOwedAnswer = false

    /// - Parameters:
    ///   - silence: how long nothing may come before the other side is asked.
    ///   - patience: how long nothing may come while an answer is owed.
    package init(silence: Duration, patience: Duration, now: Duration) {
        self.silence = silence
        self.patience = patience
        heard = now
    }

    /// When ``action(at:)`` has to be asked again.
    package var due: Duration { heard + (isOwedAnswer ? patience : silence) }

    /// A request has left.
    package mutating func sent(at now: Duration) {
        isOwedAnswer = true
        heard = now
    }

    /// Bytes have come.
    ///
    /// - Parameter isOwedAnswer: whether a request still waits.
    package mutating func heard(at now: Duration, isOwedAnswer: Bool) {
        heard = now
        self.isOwedAnswer = isOwedAnswer
    }

    /// What has to be done now.
    package func action(at now: Duration) -> Action {
        if now < due { return .wait }
        return isOwedAnswer ? .giveUp : .ask
    }
}
