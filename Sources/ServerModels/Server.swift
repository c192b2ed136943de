import CLinux
import Dispatch
import Foundation
import Logging
import Synchronization

/// What every model stands on: the listening socket, the service, the counters, and the word to stop.
final class Server: Sendable {
    /// Seconds that accepting pauses when the process has no descriptors left, unless a connection closes before.
    private static let descriptorPause = 0.1

    let listener: Listener
    let service: any Service
    let limits: ModelLimits
    let counters: Counters
    let connections: OpenConnections
    let logger: Logger
    private let stopping = Mutex(Stopping())

    private struct Stopping {
        var hasBegun = false
        var actions: [@Sendable () -> Void] = []
        var cuts: [@Sendable () -> Void] = []
    }

    /// - Throws: ``ListenError``.
    init(
        service: any Service, host: String, port: Int, limits: ModelLimits, counters: Counters, logger: Logger
    ) throws(ListenError) {
        listener = try Listener(host: host, port: port, backlog: limits.backlog)
        self.service = service
        self.limits = limits
        self.counters = counters
        self.logger = logger
        connections = OpenConnections(counters: counters)
    }

    // MARK: The accept loop

    /// Waits for the next client.
    ///
    /// When the process has no descriptors left accepting pauses: clients wait in the kernel meanwhile.
    ///
    /// - Parameter limit: no more than this are open at a time; `nil`: as many as the limits say.
    /// - Returns: `nil` when the server stops.
    func accept(upTo limit: Int? = nil) -> Connection? {
        logger.info("Awaiting new clients ...")
        while true {
            connections.waitForPlace(min(limit ?? .max, limits.connections))
            guard !isStopping else { return nil }
            var storage = sockaddr_storage()
            var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let descriptor = withUnsafeMutablePointer(to: &storage) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    linux_accept(listener.descriptor, $0, &size)
                }
            }
            if descriptor >= 0 { return admit(descriptor, Peer(storage, size)) }
            switch errno {
            case EINTR, ECONNABORTED: continue
            case _ where isStopping: return nil
            default: pause(errno)
            }
        }
    }

    private func admit(_ descriptor: Int32, _ peer: Peer) -> Connection {
        counters.accepted.add()
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        var idle = timeval(tv_sec: limits.idleSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &idle, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &idle, socklen_t(MemoryLayout<timeval>.size))
        connections.add(descriptor)
        return Connection(descriptor, peer: peer, server: self)
    }

    private func pause(_ code: Int32) {
        counters.pauses.add()
        if counters.pauses.count == 1 {
            logger.warning("cannot accept, waiting for a connection to close: \(String(cString: strerror(code)))")
        }
        connections.waitForClose(seconds: Self.descriptorPause)
    }

    // MARK: A request

    /// Answers a request in the thread that calls, which waits for what has to be waited for.
    func answer(to request: [UInt8], from peer: Peer) -> [UInt8] {
        counters.busy.add()
        defer { counters.busy.add(-1) }
        do { return try service.handle(request, from: peer).waitInThread() } catch { return failed("\(error)") }
    }

    /// Counts a request that could not be answered, and gives what the client is told.
    func failed(_ reason: String) -> [UInt8] {
        counters.failures.add()
        logger.debug("a request failed: \(reason)")
        return service.failure(reason)
    }

    // MARK: Stopping

    /// Whether no more clients are accepted.
    var isStopping: Bool { stopping.withLock(\.hasBegun) }

    /// Does this when the server is to stop: at once when it is already.
    func whenStopping(_ action: @escaping @Sendable () -> Void) {
        let isLate = stopping.withLock { stopping in
            if !stopping.hasBegun { stopping.actions.append(action) }
            return stopping.hasBegun
        }
        if isLate { action() }
    }

    /// Does this when what is in hand takes too long.
    func whenCut(_ action: @escaping @Sendable () -> Void) {
        stopping.withLock { $0.cuts.append(action) }
    }

    /// Lets the model accept nobody more, and take nothing more from the clients; what is in hand is finished.
    func stop() {
        let actions = stopping.withLock { stopping in
            defer { stopping.actions = [] }
            stopping.hasBegun = true
            return stopping.actions
        }
        for action in actions { action() }
    }

    /// Ends every connection that is left.
    func cut() {
        for action in stopping.withLock(\.cuts) { action() }
    }
}

extension Answer {
    /// The answer, once the thread that calls has waited for it.
    func waitInThread() throws -> [UInt8] {
        switch self {
        case .ready(let bytes): return bytes
        case .delayed(let bytes, let delay):
            Thread.sleep(forTimeInterval: delay / .seconds(1))
            return bytes
        case .awaited(let work):
            let outcome = Outcome()
            // Unstructured: this thread is no task, and waits for this one here.
            Task.detached {
                do { outcome.set(.success(try await work())) } catch { outcome.set(.failure(error)) }
            }
            return try outcome.wait().get()
        }
    }
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
