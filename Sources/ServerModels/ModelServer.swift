public import Logging

/// A service on a TCP port, under one of the models.
public final class ModelServer: Sendable {
    /// What it has done so far.
    public let counters = Counters()
    private let server: Server
    private let model: any ServerModel

    /// Opens the port; clients wait in the kernel until ``run()``.
    ///
    /// - Parameters:
    ///   - worker: how to start a process that handles requests; `process-pipeline` needs it, the others do not use it.
    ///   - logger: gets the notes' lines at `info`, requests at `debug`, what goes wrong at `warning`.
    /// - Throws: ``ListenError``, ``ModelError``; nothing listens then.
    public init(
        _ name: ModelName, service: any Service, host: String, port: Int, limits: ModelLimits = ModelLimits(),
        worker: WorkerCommand? = nil, logger: Logger
    ) throws {
        model =
            switch name {
            case .oneClient: OneClient()
            case .sequential: Sequential()
            case .threadPerConnection: ThreadPerConnection()
            case .prefork(let count): Prefork(threads: count)
            case .threadPerRequest: ThreadPerRequest()
            case .pipeline(let count): Pipeline(threads: count)
            case .managers: Managers()
            case .processPipeline(let count):
                if let worker { ProcessPipeline(processes: count, command: worker) } else { throw ModelError.noWorkers }
            case .eventLoop(let count): EventLoops(threads: count)
            case .tasks: Tasks()
            }
        server = try Server(
            service: service, host: host, port: port, limits: limits, counters: counters, logger: logger)
    }

    /// Where it listens.
    public var endpoint: String { server.listener.address.description }

    /// Serves until ``stop()`` or cancellation; then finishes what is in hand, for as long as the limits say.
    ///
    /// To be called once. Nothing listens any more when it returns; `one-client` returns when its client has gone. A handler that
    /// computes is waited for in any case: nobody can end it but itself.
    ///
    /// - Throws: what kept the model from serving: ``SystemCallError``.
    public func run() async throws {
        defer { server.close() }
        // Unstructured, so that cancellation is no more than the word to stop: what is in hand is still finished, and waited for.
        let serving = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await self.cutAfterStop() }
                defer { group.cancelAll() }
                try await self.model.run(self.server)
            }
        }
        try await withTaskCancellationHandler {
            try await serving.value
        } onCancel: {
            stop()
        }
    }

    /// Accepts nobody more, finishes what is in hand, and ends ``run()``.
    public func stop() {
        server.stop()
    }

    /// Ends what is left when the time for finishing is over.
    private func cutAfterStop() async {
        let (stopped, hasStopped) = AsyncStream<Void>.makeStream()
        server.whenStopping { hasStopped.finish() }
        for await _ in stopped {}
        // Cancelled when the model has come to its end.
        guard (try? await Task.sleep(for: .seconds(server.limits.drainSeconds))) != nil else { return }
        server.cut()
    }
}

/// A model cannot serve.
public enum ModelError: Error, CustomStringConvertible {
    /// The service is bound to this process, and the model handles requests in others.
    case noWorkers

    /// What to do instead.
    public var description: String {
        switch self {
        case .noWorkers:
            "process-pipeline cannot serve this: its requests are handled in processes of their own, and this service lives in one. "
                + "Take pipeline, its sibling with threads"
        }
    }
}
