import Downloads
import Foundation
import Synchronization

/// Tells what becomes of downloads: paths or JSON objects to standard output, the log lines of the notes to standard error, and
/// bars below them when people look at it.
final class FetchReport: Sendable {
    private struct State {
        var bars: FetchBars?
        var codes: [Int32] = []
        /// Downloads of which there is a part that will stay if this ends now.
        var parts: Set<Int> = []

        /// A line of the notes' log: time, who, what. It goes above the bars.
        mutating func log(_ worker: String, _ text: String) {
            bars?.clear()
            let time = Date.now.formatted(
                Date.VerbatimFormatStyle(
                    format:
                        "\(year: .defaultDigits)-\(month: .twoDigits)-\(day: .twoDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits),\(secondFraction: .fractional(3))",
                    timeZone: .current, calendar: Calendar(identifier: .gregorian)))
            complain("\(time) \(worker) \(text)")
            bars?.draw()
        }
    }

    private let orders: [DownloadOrder]
    private let json: Bool
    private let start = ContinuousClock.now
    private let state: Mutex<State>

    init(_ orders: [DownloadOrder], json: Bool) {
        self.orders = orders
        self.json = json
        state = Mutex(State(bars: isTerminal(2) ? FetchBars() : nil))
    }

    /// See `DownloadReport`.
    func take(_ number: Int, by worker: String, _ event: DownloadEvent) {
        state.withLock { state in
            switch event {
            case .started:
                state.log(worker, "Downloading \(url(number))")
                state.bars?.begin(number, name: URL(filePath: orders[number].path).lastPathComponent)
            case .received(let held, let all):
                state.parts.insert(number)
                state.bars?.show(number, held, of: all)
            case .pausing(let pause, let error):
                state.log(worker, "Trying \(url(number)) again in \(Self.seconds(pause)) s: \(harmless("\(error)"))")
            case .ended(let result):
                state.bars?.end(number)
                state.parts.remove(number)
                take(number, by: worker, result, &state)
            }
        }
    }

    /// Says what is left when somebody ends it.
    func stop() {
        state.withLock { state in
            state.bars?.clear()
            for number in state.parts.sorted() {
                complain(
                    "mboard: stopped; what came of \(url(number)) is kept in \(harmless(orders[number].partPath)), and the same command goes on from there if the server can"
                )
            }
        }
    }

    /// Says how long it took.
    ///
    /// - Returns: the exit code of the worst failure; `nil` when there was none.
    func end() -> Int32? {
        state.withLock { state in
            state.log("MainThread", "Terminating, total time spent \(Self.seconds(.now - start)) sec ...")
            return Self.worstFirst.first { state.codes.contains($0) }
        }
    }

    private func take(
        _ number: Int, by worker: String, _ result: Result<Downloaded, DownloadError>, _ state: inout State
    ) {
        switch result {
        case .success(let file):
            state.log(worker, "Finished downloading \(url(number))")
            state.bars?.clear()
            output(line: json ? object(number, file) : orders[number].path)
            state.bars?.draw()
        case .failure(let error):
            state.codes.append(error.exitCode)
            state.bars?.clear()
            complain("mboard: \(url(number)): \(harmless("\(error)"))")
            state.bars?.draw()
        }
    }

    private func url(_ number: Int) -> String {
        harmless(orders[number].url.text)
    }

    private struct Object: Encodable {
        let url: String
        let path: String
        let bytes: Int
        let seconds: Double
        let sha256: String?
        let resumedFrom: Int
        let attempts: Int

        enum CodingKeys: String, CodingKey {
            case url, path, bytes, seconds, sha256, attempts
            case resumedFrom = "resumed_from"
        }
    }

    private func object(_ number: Int, _ file: Downloaded) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        let object = Object(
            url: orders[number].url.text, path: orders[number].path, bytes: file.bytes,
            seconds: file.time / .seconds(1),
            sha256: file.sha256.map { hexadecimal($0) }, resumedFrom: file.resumedFrom, attempts: file.attempts)
        do {
            return String(decoding: try encoder.encode(object), as: UTF8.self)
        } catch {
            preconditionFailure("a download always has a JSON form: \(error)")
        }
    }

    private static func seconds(_ duration: Duration) -> String {
        String(format: "%.1f", duration / .seconds(1))
    }

    /// The order in which failures count for the exit code.
    private static let worstFirst: [Int32] = [74, 73, 65, 69, 1]
}

extension DownloadError {
    /// The command's exit code for it.
    fileprivate var exitCode: Int32 {
        switch self {
        case .busy, .refused, .redirects: 1
        case .checksum: 65
        case .unreachable, .timedOut, .cut, .misfit, .neverTheSame, .notHTTP, .cancelled: 69
        case .exists, .inaccessible: 73
        case .disk: 74
        }
    }
}
