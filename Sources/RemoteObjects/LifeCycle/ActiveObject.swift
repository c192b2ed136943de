import NIOCore
import Synchronization

/// The calls of an object that may be put away: not while it is called, and nobody calls it while it is.
final class ActiveObject: Sendable {
    private struct State {
        var calls = 0
        var lastUsed = NIODeadline.now()
        var isLeaving = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    let kind: ObjectKind
    private let state = Mutex(State())

    init(_ kind: ObjectKind) {
        self.kind = kind
    }

    /// - Returns: `false` when it is being put away.
    func begin() -> Bool {
        state.withLock { state in
            guard !state.isLeaving else { return false }
            state.calls += 1
            return true
        }
    }

    func end() {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.calls -= 1
            state.lastUsed = .now()
            guard state.calls == 0 else { return nil }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// Takes no more calls from now on, if nobody has called it for so long.
    ///
    /// - Returns: whether it is to be put away.
    func leave(ifIdleFor idle: Duration, at now: NIODeadline) -> Bool {
        state.withLock { state in
            let isIdle = state.calls == 0 && now - state.lastUsed >= TimeAmount(idle)
            guard isIdle, !state.isLeaving else { return false }
            state.isLeaving = true
            return true
        }
    }

    /// Takes no more calls from now on, and waits for those that are there.
    ///
    /// - Returns: `false` when it is being put away already.
    func leave() async -> Bool {
        guard
            state.withLock({ state in
                defer { state.isLeaving = true }
                return !state.isLeaving
            })
        else { return false }
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.calls > 0 { state.waiting = continuation }
                return state.calls == 0
            }
            if isFree { continuation.resume() }
        }
        return true
    }

    /// Stays after all.
    func stay() {
        state.withLock { $0.isLeaving = false }
    }
}
