import CLinux
import Glibc
import Logging
import Synchronization

/// What every model stands on: the listening socket, the service, the counters, and the word to stop.
final class Server: Sendable {
    /// Descriptors that clients do not get. The process needs some itself now and then, and libdispatch, on which Swift's tasks
    /// run, ends the whole process when it cannot open a file of `/proc` in which it reads how busy its threads are.
    static let reservedDescriptors: rlim_t = 8
    /// How long accepting pauses when the process has no descriptors left, unless a connection closes before.
    static let descriptorPause = Duration.milliseconds(100)

    let listener: Listener
    let service: any Service
    let limits: ModelLimits
    let counters: Counters
    let connections: OpenConnections
    let logger: Logger
    private let waits = Waits()
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
            guard hasDescriptors else {
                pause(EMFILE)
                continue
            }
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

    /// Whether a client can be given a descriptor. The kernel gives the lowest number that is free.
    var hasDescriptors: Bool {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let next = fcntl(listener.descriptor, F_DUPFD_CLOEXEC, 0)
        guard next >= 0 else { return false }
        Glibc.close(next)
        return rlim_t(next) + Self.reservedDescriptors < limit.rlim_cur
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
        paused(SystemCallError("accept", code))
        connections.waitForClose(seconds: Self.descriptorPause / .seconds(1))
    }

    /// Counts a pause, and says so the first time.
    func paused(_ reason: any Error) {
        counters.pauses.add()
        if counters.pauses.count == 1 { logger.warning("cannot accept, waiting for a connection to close: \(reason)") }
    }

    // MARK: A request

    /// Answers a request in the thread that calls, which waits for what has to be waited for.
    func answer(to request: [UInt8], from peer: Peer) -> [UInt8] {
        counters.busy.add()
        defer { counters.busy.add(-1) }
        do { return try waits.wait(for: service.handle(request, from: peer)) } catch { return failed("\(error)") }
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

    /// Gives the listening socket back. Who stops the server afterwards does nothing: the socket's number may be another's by then.
    func close() {
        stopping.withLock { stopping in
            stopping.hasBegun = true
            (stopping.actions, stopping.cuts) = ([], [])
        }
        listener.close()
    }

    /// Ends every connection that is left, and every wait for an answer.
    func cut() {
        waits.cut()
        for action in stopping.withLock(\.cuts) { action() }
    }
}
