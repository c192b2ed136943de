import BoardWire
import Histogram

/// What is left of a load, and what came of the rest.
struct LoadTally {
    private(set) var unanswered: Int
    private(set) var result = LoadResult()

    private let count: Int
    private let progress: Bool
    private let begin = MonotonicTime.now()
    private let cpuAtBegin = OwnUsage.cpuMicroseconds()
    private var unsent: Int

    init(count: Int, progress: Bool) {
        self.count = count
        unsent = count
        unanswered = count
        self.progress = progress
    }

    /// Whether there is one more request to send, which is then on its way.
    mutating func takeRequest() -> Bool {
        guard unsent > 0 else { return false }
        unsent -= 1
        return true
    }

    /// An answer has come, of which this is the first byte.
    mutating func answered(_ first: UInt8?, sent: UInt64) {
        guard first == AnswerCode.ok.rawValue else {
            return failed(first.flatMap(AnswerCode.init(rawValue:))?.meaning ?? "an answer that is none")
        }
        answered(sent: sent)
    }

    /// An answer has come, and it is right.
    mutating func answered(sent: UInt64) {
        result.latencies.record(MonotonicTime.now() - sent)
        unanswered -= 1
    }

    /// A request came to nothing.
    mutating func failed(_ reason: String) {
        result.errors += 1
        if result.firstError == nil { result.firstError = reason }
        unanswered -= 1
    }

    /// Nobody is left who could send the rest.
    mutating func giveUp(_ reason: String) {
        result.errors += unanswered
        if result.firstError == nil { result.firstError = reason }
        (unsent, unanswered) = (0, 0)
    }

    /// Ends the measurement.
    mutating func finish() -> LoadResult {
        result.seconds = Double(MonotonicTime.now() - begin) / 1e9
        result.clientMicroseconds = OwnUsage.cpuMicroseconds() - cpuAtBegin
        if progress { tell("\r\u{1B}[K") }
        return result
    }

    func showProgress() {
        guard progress else { return }
        let answered = count - unanswered
        let rate = Double(answered) / (Double(MonotonicTime.now() - begin) / 1e9)
        tell("\r\u{1B}[K\(answered) of \(count), \(Int(rate)) a second, \(result.errors) errors")
    }
}
