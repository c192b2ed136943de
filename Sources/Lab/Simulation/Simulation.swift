import Histogram
import NIOCore
import NIOPosix
import Synchronization

/// Simulated clients of a server: who was served, who gave up, and how long they waited.
///
/// All clients are on event loops, so that 20,000 of them fit: each is a small state machine and a socket, none has a thread or a task.
/// The process has to be allowed that many open files.
package struct Simulation: Sendable {
    private static let progressEvery = Duration.milliseconds(100)

    let load: Load
    let service: ServiceName
    let log: SimulationLog?
    private let host: String
    private let port: Int
    private let eventLoops: Int

    /// - Parameters:
    ///   - service: decides what a request is.
    ///   - host: the server: an address, or a name whose first address is taken.
    ///   - log: gets the notes' lines; `nil`: none.
    ///   - eventLoops: threads of the simulator. With one, clients connect in the order of their names; with more, each keeps the order
    ///     of its own.
    package init(
        _ load: Load, service: ServiceName, host: String, port: Int, log: SimulationLog?, eventLoops: Int = 1
    ) {
        self.load = load
        self.service = service
        self.host = host
        self.port = port
        self.log = log
        self.eventLoops = eventLoops
    }

    /// `host:port`, an IPv6 host in brackets.
    var server: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Runs all clients to their end.
    ///
    /// No client waits for longer than the load says, so a run always ends: whatever the server does.
    ///
    /// - Parameter progress: is called at most ten times a second with the clients that are done, and all clients.
    /// - Throws: ``SimulationError``; `CancellationError` when the task is cancelled: all clients have left then.
    package func run(progress: (@Sendable (Int, Int) -> Void)? = nil) async throws -> SimulationRecord {
        if service == .hold, case .requests = load.visit { throw SimulationError.holdTakesNoRequests }
        let address: SocketAddress
        do { address = try SocketAddress.makeAddressResolvingHost(host, port: port) } catch {
            throw SimulationError.unknownHost(host)
        }
        log?.begins(load, at: server)
        let exchanges = service.exchanges(seed: load.seed)
        let shared = SharedRun()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: eventLoops)
        let results = try await withThrowingTaskGroup(of: [ClientCrew.Result].self) { tasks in
            if let progress { tasks.addTask { await report(shared, to: progress) } }
            defer { tasks.cancelAll() }
            return try await withTaskCancellationHandler {
                try await run(exchanges, at: address, on: group, shared)
            } onCancel: {
                shared.isCancelled.store(true, ordering: .relaxed)
            }
        }
        try await group.shutdownGracefully()
        try Task.checkCancellation()
        log?.ends()
        return record(of: results)
    }

    /// Starts a crew on each loop, and waits for them.
    private func run(
        _ exchanges: [Exchange], at address: SocketAddress, on group: MultiThreadedEventLoopGroup, _ shared: SharedRun
    ) async throws -> [ClientCrew.Result] {
        let arrivals = load.arrivalsInOrder
        let crews = (0..<eventLoops).map { number in
            let loop = group.next()
            let mine = arrivals.filter { $0.number % eventLoops == number }
            let finished = loop.makePromise(of: ClientCrew.Result.self)
            loop.execute {
                ClientCrew(self, mine, exchanges, at: address, on: loop, shared, finished: finished).start()
            }
            return finished.futureResult
        }
        var results: [ClientCrew.Result] = []
        for crew in crews { results.append(try await crew.get()) }
        return results
    }

    private func report(_ shared: SharedRun, to progress: @Sendable (Int, Int) -> Void) async -> [ClientCrew.Result] {
        while (try? await Task.sleep(for: Self.progressEvery)) != nil {
            progress(shared.done.load(ordering: .relaxed), load.clients)
        }
        return []
    }

    private func record(of results: [ClientCrew.Result]) -> SimulationRecord {
        var record = SimulationRecord(load: load)
        var waits = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
        for result in results {
            record.served += result.served
            record.gaveUp += result.gaveUp
            record.refused += result.refused
            record.answers += result.answers
            record.seconds = max(record.seconds, result.left)
            record.stalled = max(record.stalled, result.stalled)
            waits.add(result.waits)
        }
        record.clients = results.flatMap(\.clients).sorted { $0.number < $1.number }.map(\.client)
        // The first arrival of a Poisson process is not at the start.
        record.seconds -= record.clients.first?.arrived ?? 0
        record.latencies = SimulationRecord.Latencies(nanoseconds: waits)
        return record
    }
}

/// Clients cannot be simulated.
package enum SimulationError: Error, CustomStringConvertible {
    /// `hold` says one byte and then listens.
    case holdTakesNoRequests
    case unknownHost(String)

    package var description: String {
        switch self {
        case .holdTakesNoRequests:
            "the service hold answers no requests: simulate clients that stay, or take echo-after or factor"
        case .unknownHost(let host): "there is no address for the host \"\(host)\": give one like 127.0.0.1"
        }
    }
}

extension SimulationRecord.Latencies {
    /// Percentages at which the curve has a point.
    private static let percents = [0.0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99, 99.5, 99.9, 99.99, 100]

    init(nanoseconds waits: Histogram<UInt64>) {
        self.init()
        count = Int(waits.totalCount)
        guard count > 0 else { return }
        func microseconds(_ percent: Double) -> Double { Double(waits.valueAtPercentile(percent)) / 1_000 }
        (p50, p90, p99) = (microseconds(50), microseconds(90), microseconds(99))
        max = Double(waits.max) / 1_000
        curve = Self.percents.map { Point(percent: $0, microseconds: Swift.min(microseconds($0), max)) }
    }
}
