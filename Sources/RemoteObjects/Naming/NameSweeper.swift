import Distributed
public import ServiceLifecycle

/// Asks the daemons of all registered names, again and again, whether they are there, and takes the names of those away that are
/// silent (see ``NameServerLimits``).
///
/// One ping goes to a daemon, however many names it has. The name server's own name stays, and so do names of objects that cannot be
/// asked: Unix sockets, and references to other names.
public struct NameSweeper: Service {
    private let names: NameServer
    private let pause: Duration
    private let limits: NameServerLimits
    private let ping: @Sendable (_ host: String, _ port: Int) async -> PingResult

    /// - Parameter seconds: between two rounds.
    public init(_ names: NameServer, every seconds: Double = 10, limits: NameServerLimits = NameServerLimits()) {
        self.names = names
        self.limits = limits
        pause = .seconds(seconds)
        ping = { host, port in
            await DaemonPing.ping(DaemonPlace(host: host, port: port), seconds: limits.pingSeconds)
        }
    }

    /// - Parameter ping: whether somebody answered; `nil` when it could not be asked.
    package init(
        _ names: NameServer, limits: NameServerLimits,
        ping: @escaping @Sendable (_ host: String, _ port: Int) async -> Bool?
    ) {
        self.names = names
        self.limits = limits
        pause = .zero
        self.ping = { host, port in (await ping(host, port)).map { $0 ? .answered : .silent } ?? .unknown }
    }

    /// Sweeps until the task is cancelled, or a graceful stop.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: pause)) != nil { await sweep() }
        }
    }

    /// One round.
    package func sweep() async {
        var waiting = (await names.whenLocal { $0.daemons() } ?? [])[...]
        let results = await withTaskGroup(of: (DaemonPlace, PingResult).self) { group in
            for daemon in waiting.prefix(limits.pingsAtOnce) { group.addTask { await asked(daemon) } }
            waiting = waiting.dropFirst(limits.pingsAtOnce)
            var results: [DaemonPlace: PingResult] = [:]
            while let (daemon, result) = await group.next() {
                results[daemon] = result
                if let next = waiting.popFirst() { group.addTask { await asked(next) } }
            }
            return results
        }
        guard !Task.isCancelled else { return }  // a ping that was cut short says nothing of its daemon
        await names.whenLocal { await $0.pinged(results) }
    }

    private func asked(_ daemon: DaemonPlace) async -> (DaemonPlace, PingResult) {
        (daemon, await ping(daemon.host, daemon.port))
    }
}
