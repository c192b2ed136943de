import Foundation
import Lab
import Synchronization

/// How far a comparison is, on a terminal: one line of standard error that is written over and over, and gone at the end.
final class LabProgressBar: Sendable {
    private static let pause = Duration.milliseconds(100)
    private static let width = 24
    private let shownAt = Mutex<ContinuousClock.Instant?>(nil)

    func show(_ progress: Comparison.Progress) {
        let now = ContinuousClock.now
        let isDue = shownAt.withLock { shownAt in
            if let before = shownAt, now - before < Self.pause { return false }
            shownAt = now
            return true
        }
        if isDue { tell("\r\u{1B}[K" + Self.line(progress)) }
    }

    /// Takes the line away.
    func clear() {
        if shownAt.withLock({ $0 }) != nil { tell("\r\u{1B}[K") }
    }

    static func line(_ progress: Comparison.Progress) -> String {
        let part = min(1, progress.done / Double(max(1, progress.all)))
        let marks = Int(part * Double(width))
        let bar = String(repeating: "#", count: marks) + String(repeating: ".", count: width - marks)
        return "[\(bar)] \(min(progress.all, Int(progress.done) + 1)) of \(progress.all)  \(progress.cell.name)"
    }
}
