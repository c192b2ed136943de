public import Logging
import MessageBoard
public import ServerModels
public import ServiceLifecycle

/// The TCP road (protocols.md, section 1) under one of the server models, to be compared with its own way of serving.
public final class ModelGateway: ServiceLifecycle.Service {
    private let server: ModelServer
    private let logger: Logger

    /// Opens the road; clients wait in the kernel until ``run()``.
    ///
    /// - Throws: ``BindError``, or `ModelError` for a model that cannot serve a board; nothing listens then.
    public init(
        _ model: ModelName, host: String, port: Int, processor: RequestProcessor, limits: ServerLimits = ServerLimits(),
        logger: Logger
    ) throws {
        var bounds = ModelLimits()
        bounds.backlog = Int(limits.backlog)
        bounds.connections = limits.connections
        bounds.idleSeconds = Int(limits.idleSeconds)
        bounds.discardedBytes = limits.refusedBytes
        self.logger = logger
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)  // a model says at `info` what each client does
        do throws {
            server = try ModelServer(
                model, service: BoardService(processor: processor, limits: limits), host: host, port: port,
                limits: bounds, logger: quiet)
        } catch let error as ListenError {
            throw BindError(road: .tcp, endpoint: "\(host):\(port)", error)
        }
    }

    /// Where it listens, as `host:port`.
    public var endpoint: String { server.endpoint }

    /// Serves until a graceful shutdown; then lets the connections it has come to their end, and cuts them after a time.
    public func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.run()
        } onGracefulShutdown: { [server] in
            server.stop()
        }
        guard !Task.isShuttingDownGracefully, !Task.isCancelled else { return }
        logger.notice("the TCP road is closed: its model has served whom it serves; the other roads go on")
        try? await gracefulShutdown()  // or cancelled: the road is closed in both cases
    }
}
