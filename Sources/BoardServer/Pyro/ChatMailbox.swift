import Synchronization

/// The private messages that wait for one user: each is given out once.
final class ChatMailbox: Sendable {
    fileprivate struct State {
        var messages: [String] = []
        var bytes = 0
        var isClosed = false
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var waits = 0
    }

    private let limits: PyroLimits
    private let state = Mutex(State())

    init(_ limits: PyroLimits) {
        self.limits = limits
    }

    /// Takes a message in; `false` when there are too many.
    func put(_ message: String) -> Bool {
        let (taken, waiting) = state.withLock { state in
            let bytes = state.bytes + message.utf8.count
            guard state.messages.count < limits.privateMessages, bytes <= limits.allPrivateBytes else {
                return (false, [CheckedContinuation<Void, Never>]())
            }
            state.messages.append(message)
            state.bytes = bytes
            return (true, state.wakeAll())
        }
        for continuation in waiting { continuation.resume() }
        return taken
    }

    /// All that wait.
    func takeAll() -> [String] {
        state.withLock { state in
            defer { (state.messages, state.bytes) = ([], 0) }
            return state.messages
        }
    }

    /// The user has left: who waits for a message is told that none will come.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            return state.wakeAll()
        }
        for continuation in waiting { continuation.resume() }
    }

    /// The next message; waits for one.
    ///
    /// - Returns: `nil` when the user has left.
    func next() async throws(CancellationError) -> String? {
        while true {
            if Task.isCancelled { throw CancellationError() }
            let (message, isClosed) = state.withLock { state in (state.takeFirst(), state.isClosed) }
            if message != nil || isClosed { return message }
            await wait()
        }
    }

    /// Waits until there may be something to see; at most as many do as the client may have streams.
    private func wait() async {
        let ticket = state.withLock { state in
            state.waits += 1
            return state.waits
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    guard state.messages.isEmpty, !state.isClosed, !Task.isCancelled else { return false }
                    state.waiting[ticket] = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume()
        }
    }
}

extension ChatMailbox.State {
    fileprivate mutating func takeFirst() -> String? {
        guard !messages.isEmpty else { return nil }
        let first = messages.removeFirst()
        bytes -= first.utf8.count
        return first
    }

    fileprivate mutating func wakeAll() -> [CheckedContinuation<Void, Never>] {
        defer { waiting = [:] }
        return Array(waiting.values)
    }
}

/// The private messages of a user, one after the other.
struct PrivateMessages: AsyncSequence, Sendable {
    let mailbox: ChatMailbox

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(mailbox: mailbox) }

    struct AsyncIterator: AsyncIteratorProtocol {
        let mailbox: ChatMailbox

        mutating func next() async throws -> String? { try await mailbox.next() }

        mutating func next(isolation actor: isolated (any Actor)?) async throws -> String? { try await mailbox.next() }
    }
}
