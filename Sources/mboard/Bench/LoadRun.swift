import BoardClient
import BoardWire
import Histogram
import NIOCore
import NIOPosix

/// Keeps requests in flight until all are answered. Everything happens on one event loop, which is what makes it cheap
/// and its state safe.
final class LoadRun {
    /// Runs a load to its end.
    static func run(_ plan: LoadPlan, _ operation: LoadOperation, progress: Bool) async throws -> LoadResult {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let address = try SocketAddress.makeAddressResolvingHost(plan.server.host, port: plan.server.port)
        let done = loop.makePromise(of: LoadResult.self)
        loop.execute {
            LoadRun(plan, operation, address, loop, done, progress: progress).start()
        }
        let result = try await done.futureResult.get()
        try await group.shutdownGracefully()
        return result
    }

    let plan: LoadPlan
    let address: SocketAddress
    let loop: any EventLoop

    private let operation: LoadOperation
    private let done: EventLoopPromise<LoadResult>
    private let progress: Bool
    private var lanes: [any LoadLane] = []
    private var unsent: Int
    private var unanswered: Int
    private var result = LoadResult()
    private var begin = NIODeadline.now()
    private var cpuAtBegin = 0.0
    private var watch: RepeatedTask?

    private init(
        _ plan: LoadPlan, _ operation: LoadOperation, _ address: SocketAddress, _ loop: any EventLoop,
        _ done: EventLoopPromise<LoadResult>, progress: Bool
    ) {
        self.plan = plan
        self.operation = operation
        self.address = address
        self.loop = loop
        self.done = done
        self.progress = progress
        unsent = plan.count
        unanswered = plan.count
    }

    private func start() {
        let ready = (0..<min(plan.inflight, plan.count)).map { _ in
            switch plan.via {
            case .udp: UDPLane.open(self)
            case .tcp: TCPLane.open(self)
            }
        }
        EventLoopFuture.whenAllSucceed(ready, on: loop).assumeIsolated().whenComplete { lanes in
            switch lanes {
            case .success(let lanes): self.begin(lanes.map(\.value))
            case .failure(let error): self.done.fail(error)
            }
        }
    }

    private func begin(_ lanes: [any LoadLane]) {
        self.lanes = lanes
        begin = .now()
        cpuAtBegin = OwnUsage.cpuMicroseconds()
        for lane in lanes { next(lane) }
        let run = NIOLoopBound(self, eventLoop: loop)
        watch = loop.scheduleRepeatedTask(initialDelay: .milliseconds(200), delay: .milliseconds(200)) { _ in
            run.value.checkTimeouts()
            if run.value.progress { run.value.showProgress() }
        }
    }

    /// Sends the next request on a lane, if there is one left.
    private func next(_ lane: any LoadLane) {
        guard unsent > 0 else { return }
        unsent -= 1
        lane.send(operation.request(), at: .now())
    }

    /// A lane has its answer.
    func answered(_ lane: any LoadLane, since sent: NIODeadline, answer: ByteBuffer) {
        let first = answer.getInteger(at: answer.readerIndex, as: UInt8.self)
        guard first == AnswerCode.ok.rawValue else {
            let code = first.flatMap(AnswerCode.init(rawValue:))
            return failed(lane, code?.meaning ?? "an answer that is none")
        }
        result.latencies.record(UInt64((NIODeadline.now() - sent).nanoseconds))
        settle(lane)
    }

    /// A lane's request came to nothing.
    func failed(_ lane: any LoadLane, _ reason: String) {
        result.errors += 1
        if result.firstError == nil { result.firstError = reason }
        settle(lane)
    }

    private func settle(_ lane: any LoadLane) {
        unanswered -= 1
        if unanswered > 0 { return next(lane) }
        watch?.cancel()
        result.seconds = Double((NIODeadline.now() - begin).nanoseconds) / 1e9
        result.clientMicroseconds = OwnUsage.cpuMicroseconds() - cpuAtBegin
        if progress { tell("\r\u{1B}[K") }
        for lane in lanes { lane.close() }
        done.succeed(result)
    }

    private func checkTimeouts() {
        let oldest = NIODeadline.now() - .nanoseconds(Int64(plan.timeout * 1e9))
        for lane in lanes { lane.giveUp(ifSentBefore: oldest) }
    }

    private func showProgress() {
        let seconds = Double((NIODeadline.now() - begin).nanoseconds) / 1e9
        let answered = plan.count - unanswered
        tell(
            "\r\u{1B}[K\(answered) of \(plan.count), \(Int(Double(answered) / seconds)) a second, \(result.errors) errors"
        )
    }
}

/// One socket of a load, with one request at a time.
protocol LoadLane: AnyObject {
    func send(_ request: [UInt8], at time: NIODeadline)
    func giveUp(ifSentBefore deadline: NIODeadline)
    func close()
}
