import Glibc
import Histogram
import NIOCore
import NIOPosix
import Synchronization

/// What all crews of a run share across their event loops.
final class SharedRun: Sendable {
    /// Clients that are done.
    let done = Atomic(0)
    /// The run is to end before its time.
    let isCancelled = Atomic(false)
    let start = NIODeadline.now()
}

/// The clients of one event loop: who comes next, their common tallies, and the end of them all.
final class ClientCrew {
    /// What a crew has to say when all its clients are done.
    struct Result: Sendable {
        /// With their numbers in the order of arrival.
        var clients: [(number: Int, client: SimulationRecord.Client)] = []
        var served = 0
        var gaveUp = 0
        var refused = 0
        var answers = 0
        /// When the last client said goodbye, and how long the loop did not run, in seconds.
        var left = 0.0
        var stalled = 0.0
        /// Nanoseconds of waiting.
        var waits = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
    }

    /// Clients that start without the loop looking at the others meanwhile, and the time that it has for looking.
    private static let startsAtOnce = 64
    private static let startPause = Duration.microseconds(100)
    private static let watchEvery = TimeAmount.milliseconds(100)

    let load: Load
    let exchanges: [Exchange]
    /// Clients ask before they are served.
    let speaksFirst: Bool
    let server: String
    let log: SimulationLog?
    let timers: ClientTimers
    private let loop: any EventLoop
    private let address: SocketAddress
    private let arrivals: [Arrival]
    private let shared: SharedRun
    private let finished: EventLoopPromise<Result>
    private var arrived = 0
    private var awaited: Int
    private var clients: [ObjectIdentifier: (number: Int, client: SimulatedClient)] = [:]
    private var misfits: [(number: Int, misfit: SimulatedMisfit)] = []
    private var result = Result()
    private var watch: RepeatedTask?

    init(
        _ simulation: Simulation, _ arrivals: [Arrival], _ exchanges: [Exchange], at address: SocketAddress,
        on loop: any EventLoop,
        _ shared: SharedRun, finished: EventLoopPromise<Result>
    ) {
        load = simulation.load
        speaksFirst = simulation.service != .hold
        server = simulation.server
        log = simulation.log
        self.exchanges = exchanges
        self.loop = loop
        timers = ClientTimers(on: loop, start: shared.start)
        self.address = address
        self.arrivals = arrivals
        self.shared = shared
        self.finished = finished
        awaited = arrivals.count { $0.kind == .client }
    }

    // MARK: Arrivals

    /// Lets the clients come; to be called once, on the loop.
    func start() {
        guard awaited > 0 else { return finish() }
        timers.watch()
        let crew = NIOLoopBound(self, eventLoop: loop)
        watch = loop.scheduleRepeatedTask(initialDelay: Self.watchEvery, delay: Self.watchEvery) { _ in
            if crew.value.shared.isCancelled.load(ordering: .relaxed) { crew.value.cancel() }
        }
        startNext()
    }

    /// Starts those whose time it is, some at a time: whoever is connected already is not to wait for the rest.
    private func startNext() {
        var room = Self.startsAtOnce
        while arrived < arrivals.count {
            let arrival = arrivals[arrived]
            let now = timers.now
            guard room > 0, now >= .seconds(arrival.time) else {
                timers.schedule(at: max(.seconds(arrival.time), now + Self.startPause)) { self.startNext() }
                return
            }
            arrived += 1
            room -= 1
            start(arrival)
        }
    }

    private func start(_ arrival: Arrival) {
        let exchange = arrival.number % exchanges.count
        switch arrival.kind {
        case .client:
            let client = SimulatedClient(self, name: arrival.name, exchange: exchange)
            clients[ObjectIdentifier(client)] = (arrival.number, client)
            client.start()
        case .misfit(let kind):
            let misfit = SimulatedMisfit(self, name: arrival.name, kind: kind, exchange: exchange)
            misfits.append((arrival.number, misfit))
            misfit.start()
        }
    }

    /// Connects a client. The calls of `connect(2)` come in the order of these.
    ///
    /// - Parameters:
    ///   - readBytes: what is read at a time.
    ///   - readsByItself: `false`: when the handler says.
    ///   - failed: is called when there is no connection.
    func connect(
        _ handler: some ChannelInboundHandler, readBytes: Int = 512, readsByItself: Bool = true,
        failed: @escaping (SimulationRecord.Client.Refusal) -> Void
    ) {
        let bound = NIOLoopBound(handler, eventLoop: loop)
        ClientBootstrap(group: loop)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: readsByItself)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: readBytes))
            .connectTimeout(.seconds(Int64(load.patience) + 2))  // the client's own comes first
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(bound.value) }
            }
            .connect(to: address)
            .assumeIsolated()
            .whenFailure { failed(Self.refusal($0)) }
    }

    private static func refusal(_ error: any Error) -> SimulationRecord.Client.Refusal {
        guard let error = error as? IOError else { return .notConnected }
        return [EMFILE, ENFILE, EADDRNOTAVAIL, ENOBUFS, ENOMEM].contains(error.errnoCode) ? .noSocket : .notConnected
    }

    // MARK: What comes of it

    /// A client has its answer, after so much waiting.
    func answered(after wait: Duration) {
        result.waits.record(UInt64(max(0, wait.nanoseconds)))
        result.answers += 1
    }

    /// A client has come to its end.
    func ended(_ client: SimulatedClient) {
        guard let (number, _) = clients.removeValue(forKey: ObjectIdentifier(client)) else { return }
        let record = client.visit.client
        switch record.outcome {
        case .served: result.served += 1
        case .gaveUp: result.gaveUp += 1
        case .refused: result.refused += 1
        case .misfit: break
        }
        result.left = max(result.left, record.left + timers.stalled.inSeconds)
        keep(record, number)
        shared.done.add(1, ordering: .relaxed)
        awaited -= 1
        if awaited == 0 { finish() }
    }

    private func keep(_ record: SimulationRecord.Client, _ number: Int) {
        if number < SimulationRecord.keptClients { result.clients.append((number, record)) }
    }

    private func cancel() {
        arrived = arrivals.count
        awaited = clients.count
        if awaited == 0 { return finish() }
        for (_, client) in clients.values { client.cancel() }
    }

    /// All well-behaved clients are done: the others have nobody left to annoy.
    private func finish() {
        watch?.cancel()
        watch = nil
        arrived = arrivals.count
        for (number, misfit) in misfits {
            misfit.end()
            keep(misfit.visit.client, number)
        }
        misfits = []
        result.stalled = timers.stalled.inSeconds
        finished.succeed(result)
    }
}
