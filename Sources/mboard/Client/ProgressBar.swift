import BoardClient
import Foundation
import Synchronization

/// How far a transfer is, on a terminal, for anything that takes longer than a second: one line of standard error that
/// is written over and over, and gone at the end.
final class ProgressBar: Sendable {
    private struct State {
        var shownAt: ContinuousClock.Instant?
    }

    private static let patience = Duration.seconds(1)
    private static let pause = Duration.milliseconds(100)
    private static let width = 24

    private let start = ContinuousClock.now
    private let state = Mutex(State())

    /// A bar when people look at standard error; `nil` otherwise.
    static func onTerminal() -> ProgressBar? {
        isTerminal(2) ? ProgressBar() : nil
    }

    /// See `ProgressReport`.
    func show(_ progress: TransferProgress) {
        let now = ContinuousClock.now
        guard now - start >= Self.patience else { return }
        let line: String? = state.withLock { state in
            if let shownAt = state.shownAt, now - shownAt < Self.pause { return nil }
            state.shownAt = now
            return Self.line(progress, seconds: (now - start) / .seconds(1))
        }
        if let line { tell("\r" + line + "\u{1B}[K") }
    }

    /// Takes the line away.
    func clear() {
        let wasShown = state.withLock { state in
            defer { state.shownAt = nil }
            return state.shownAt != nil
        }
        if wasShown { tell("\r\u{1B}[K") }
    }

    /// The request while it is being sent, then what has come of the answer.
    static func line(_ progress: TransferProgress, seconds: Double) -> String {
        let isSending = progress.received == 0
        let (done, all) =
            isSending ? (progress.sent, progress.request) : (progress.received, progress.answer)
        return line(isSending ? "sent" : "received", done, of: all, moved: done, seconds: seconds)
    }

    /// A bar, the bytes that are done of all, and how fast so many were moved; without the bar when `all` is 0: not known.
    static func line(_ word: String, _ done: Int, of all: Int, moved: Int, seconds: Double) -> String {
        let rate = "\(mebibytes(Int(Double(moved) / max(seconds, 0.001))))/s"
        guard all > 0 else { return "\(word) \(mebibytes(done))  \(rate)" }
        let part = min(1, Double(done) / Double(all))
        let marks = Int(part * Double(width))
        let bar = String(repeating: "#", count: marks) + String(repeating: ".", count: width - marks)
        return "[\(bar)] \(Int(part * 100)) %  \(word) \(mebibytes(done)) of \(mebibytes(all))  \(rate)"
    }

    private static func mebibytes(_ bytes: Int) -> String {
        String(format: "%.1f MiB", Double(bytes) / 1_048_576)
    }
}
