import MessageBoard
import Synchronization

/// The boards' names and the numbers that rows have for them; a board never changes either.
final class BoardNames: Sendable {
    private struct State {
        var names: [Int64: BoardName] = [:]
        var numbers: [BoardName: Int64] = [:]
    }

    private let state = Mutex(State())

    func add(_ name: BoardName, number: Int64) {
        state.withLock { state in
            state.names[number] = name
            state.numbers[name] = number
        }
    }

    func name(of number: Int64) -> BoardName? {
        state.withLock { $0.names[number] }
    }

    func number(of name: BoardName) -> Int64? {
        state.withLock { $0.numbers[name] }
    }
}
