import Foundation

/// Each request gets a new thread, which handles it and sends the answer; a thread for each connection receives.
///
///     accept --connection--> new thread: receive --request--> new thread: handle, send in turn
///       ^_____|                           ^___________|
///
/// Requests of one connection are handled at the same time; their answers go out in the order of the requests.
///
/// At the bounds: of connections (`ModelLimits.threads`), the accept loop waits; of requests at a time, in all
/// (`ModelLimits.threads`) and of one connection (`ModelLimits.requestsInFlight`), its receiver waits, and so does the client.
struct ThreadPerRequest: BlockingModel {
    func serve(_ server: Server) {
        let limit = server.limits.threads
        let receivers = ThreadCrew("Receiver", limit: limit, counters: server.counters, logger: server.logger)
        let handlers = ThreadCrew("Handler", limit: limit, counters: server.counters, logger: server.logger)
        while let client = server.accept() {
            receivers.start {
                let turns = Turns(limit: server.limits.requestsInFlight)
                while let request = client.receive() {
                    let turn = turns.next()
                    handlers.start {
                        let answer = server.answer(to: request, from: client.peer)
                        turns.take(turn) { _ = client.send(answer) }
                    }
                }
                turns.waitForAll()
                client.close()
            }
        }
        receivers.waitForAll()
        handlers.waitForAll()
    }
}

/// Keeps the answers of one connection in the order of its requests.
private final class Turns: @unchecked Sendable {
    // Unchecked: both are touched only by who holds `changed`.
    private var given = 0
    private var taken = 0
    private let changed = NSCondition()
    private let limit: Int

    /// - Parameter limit: turns that are given and not yet taken.
    init(limit: Int) {
        self.limit = limit
    }

    /// Gives the next turn; waits while too many are out.
    func next() -> Int {
        changed.lock()
        defer { changed.unlock() }
        while given - taken >= limit { changed.wait() }
        given += 1
        return given - 1
    }

    /// Does the work when all turns before are taken.
    func take(_ turn: Int, _ work: () -> Void) {
        changed.lock()
        defer { changed.unlock() }
        while taken < turn { changed.wait() }
        work()
        taken += 1
        changed.broadcast()
    }

    func waitForAll() {
        changed.lock()
        defer { changed.unlock() }
        while taken < given { changed.wait() }
    }
}
