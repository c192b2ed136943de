import Dispatch
import Synchronization

/// The threads that wait for an answer, and how each is woken when there is no time left.
final class Waits: Sendable {
    private let state = Mutex(State())

    private struct State {
        var isCut = false
        var waits = 0
        var wakes: [Int: @Sendable () -> Void] = [:]
    }

    /// Nobody waits.
    init() {}

    /// The answer, once the thread that calls has waited for it.
    ///
    /// - Throws: what the handler throws, or ``WaitError`` when the wait is cut short.
    func wait(for answer: Answer) throws -> [UInt8] {
        switch answer {
        case .ready(let bytes): return bytes
        case .delayed(let bytes, let delay):
            let alarm = DispatchSemaphore(value: 0)
            let outcome = wait(wakenBy: { alarm.signal() }) { alarm.wait(timeout: .now() + delay / .seconds(1)) }
            guard outcome == .timedOut else { throw WaitError.cut }
            return bytes
        case .awaited(let work):
            let outcome = Outcome()
            // Unstructured: this thread is no task, and waits for this one here.
            let task = Task.detached {
                do { outcome.set(.success(try await work())) } catch { outcome.set(.failure(error)) }
            }
            return try wait(wakenBy: { task.cancel() }) { outcome.wait() }.get()
        }
    }

    /// Wakes all that wait, and whoever comes to wait.
    func cut() {
        let wakes = state.withLock { state in
            state.isCut = true
            return Array(state.wakes.values)
        }
        for wake in wakes { wake() }
    }

    private func wait<Outcome>(wakenBy wake: @escaping @Sendable () -> Void, _ body: () -> Outcome) -> Outcome {
        let (number, isCut) = state.withLock { state in
            state.waits += 1
            state.wakes[state.waits] = wake
            return (state.waits, state.isCut)
        }
        defer { _ = state.withLock { $0.wakes.removeValue(forKey: number) } }
        if isCut { wake() }
        return body()
    }
}

/// A request is not waited for any longer.
enum WaitError: Error, CustomStringConvertible {
    case cut

    var description: String { "the server ends, and this took too long; ask again" }
}

/// What a task comes to, for a thread that waits for it.
private final class Outcome: Sendable {
    private let result = Mutex<Result<[UInt8], any Error>>(.success([]))
    private let isSet = DispatchSemaphore(value: 0)

    func set(_ result: Result<[UInt8], any Error>) {
        self.result.withLock { $0 = result }
        isSet.signal()
    }

    func wait() -> Result<[UInt8], any Error> {
        isSet.wait()
        return result.withLock { $0 }
    }
}
