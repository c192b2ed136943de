import ArgumentParser
import BoardClient
import BoardServer
import BoardStore
import BoardWire
import Logging
import MessageBoard
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The composition root: builds the parts, and hands them to one service group.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a board.",
        discussion: """
            Without any option: datagrams and connections on 127.0.0.1:7777, live ones on 7778, the web's requests \
            (XML-RPC at /RPC2) on 7780, calls of remote objects (Pyro5) on 7781, data in ~/.local/state/mboard. A setting can be \
            a flag, a variable (MBOARD_DATA for --data), or a key of the file; `mboard config` shows what is in force.
            SIGTERM or Ctrl-C finishes what is in hand and ends; a second one ends at once.
            """)

    /// How long connections may take to finish after a signal; then they are cut.
    private static let drainTime = Duration.seconds(4)

    @OptionGroup var flags: SettingFlags

    func run() async throws {
        let configuration = try ServerConfiguration(flags.settings())
        umask(0o077)  // the files hold everybody's messages: they are their owner's alone
        var logger = Logger(label: "mboard", factory: StreamLogHandler.standardError(label:))
        logger.logLevel = configuration.logLevel
        let store = try openStore(configuration, logger)
        let server: ServerInfo
        let services: [any Service]
        do {
            (server, services) = try await openRoads(configuration, store, logger)
        } catch {
            try? await store.durable?.close()  // the road's error is the one to tell
            throw error
        }
        let ready = Ready(file: configuration.readyFile, server: server) { announce(configuration, server) }
        try await run([store.durable].compactMap { $0 } + services, ready, logger)
        complain("mboard: stopped")
    }

    private struct Store {
        let board: any Board
        /// The same board when it is on disk, and needs to be run.
        let durable: DurableBoard?
        let serverID: String
    }

    private func openStore(_ configuration: ServerConfiguration, _ logger: Logger) throws -> Store {
        switch configuration.storage {
        case .memory:
            return Store(
                board: MemoryBoard(now: StoreClock.wallClock), durable: nil,
                serverID: String(UInt64.random(in: .min ... .max), radix: 16))
        case .disk(let directory, let durability):
            let board = try DurableBoard(directory: directory, durability: durability, logger: logger)
            return Store(board: board, durable: board, serverID: board.serverID)
        }
    }

    private func openRoads(
        _ configuration: ServerConfiguration, _ store: Store, _ logger: Logger
    ) async throws -> (ServerInfo, [any Service]) {
        let processor = RequestProcessor(board: store.board)
        let limits = OpenFiles.fitting(configuration.limits)
        var server = ServerInfo(pid: getpid(), server: store.serverID)
        var services: [any Service] = []
        if let udp = configuration.udp {
            let gateway = try await UDPGateway(
                host: udp.host, port: udp.port, processor: processor, limits: limits, logger: logger)
            server.endpoints["udp"] = gateway.endpoint
            services.append(gateway)
        }
        if let tcp = configuration.tcp {
            if let model = configuration.tcpModel {
                let gateway = try ModelGateway(
                    model, host: tcp.host, port: tcp.port, processor: processor, limits: limits, logger: logger)
                server.endpoints["tcp"] = gateway.endpoint
                services.append(gateway)
            } else {
                let gateway = try await TCPGateway(
                    host: tcp.host, port: tcp.port, processor: processor, limits: limits, logger: logger)
                server.endpoints["tcp"] = gateway.endpoint
                services.append(gateway)
            }
        }
        if let live = configuration.live {
            let gateway = try await LiveGateway(
                host: live.host, port: live.port, processor: processor, limits: limits, logger: logger)
            server.endpoints["live"] = gateway.endpoint
            services.append(gateway)
        }
        if let http = configuration.http {
            let gateway = try await HTTPGateway(
                host: http.host, port: http.port, names: configuration.httpNames,
                calls: [
                    XMLRPCCalls(
                        board: store.board, limits: limits.http, servesValidator: configuration.servesXMLRPCValidator,
                        logger: logger)
                ], routes: [HealthRoutes(board: store.board, serverID: store.serverID)], limits: limits, logger: logger)
            server.endpoints["http"] = gateway.endpoint
            services.append(gateway)
        }
        if let pyro = configuration.pyro {
            let gateway = try await PyroGateway(
                host: pyro.host, port: pyro.port, board: store.board, limits: limits, logger: logger)
            server.endpoints["pyro"] = gateway.endpoint
            services.append(gateway)
        }
        if let names = configuration.names {
            let gateway = try await NamesGateway(
                host: names.host, port: names.port, file: configuration.namesFile, objects: server.endpoints["pyro"],
                logger: logger)
            server.endpoints["names"] = gateway.endpoint
            services.append(gateway)
        }
        if configuration.isAnnounced {
            let board = AnnouncedBoard(
                version: Mboard.version, serverID: store.serverID, name: configuration.name,
                roads: server.endpoints.sorted { $0.key > $1.key }.map { .init(name: $0.key, place: $0.value) })
            services.append(try await Announcer(board, limits: limits, logger: logger))
        }
        return (server, services)
    }

    private func announce(_ configuration: ServerConfiguration, _ server: ServerInfo) {
        let roads = server.endpoints.sorted { $0.key > $1.key }.map { "\($0.key) \($0.value)" }
        complain("mboard \(Mboard.version): listening on " + roads.joined(separator: ", "))
        switch configuration.storage {
        case .disk(let directory, .full): complain("mboard: data in \(directory); acknowledged means on disk")
        case .disk(let directory, .relaxed):
            complain(
                "mboard: data in \(directory); RELAXED: a power cut may lose what was acknowledged in the last 100 ms")
        case .memory: complain("mboard: MEMORY ONLY: nothing is kept on disk, all is gone when this process ends")
        }
        if let tcp = server.endpoints["tcp"] {
            let option = tcp == "\(Endpoint.standard)" ? "" : " --server \(tcp)"
            complain(
                "mboard: try `mboard publish\(option) hello` and `mboard last\(option)` in another terminal; "
                    + "Ctrl-C stops this one")
        }
    }

    /// Runs the services until a signal, or until one fails. They are stopped in reverse order: the roads, then the store.
    private func run(_ services: [any Service], _ ready: Ready, _ logger: Logger) async throws {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) }
                + [
                    .init(service: ready, successTerminationBehavior: .ignore),
                    .init(service: SecondSignal(), successTerminationBehavior: .ignore),
                ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        configuration.maximumGracefulShutdownDuration = Self.drainTime
        try await ServiceGroup(configuration: configuration).run()
    }
}

/// Tells the world that the server is ready, and takes the file back when it is not any more. A service, since by the time
/// services run signals are waited for.
private struct Ready: Service {
    let file: String?
    let server: ServerInfo
    let announce: @Sendable () -> Void

    func run() async throws {
        announce()
        if let file { try server.write(to: file) }
        try? await gracefulShutdown()  // or cancelled: the server ends in both cases
        if let file { unlink(file) }
    }
}

/// Gives the signals their usual meaning back once the first one has come: a second one ends the process at once.
private struct SecondSignal: Service {
    func run() async throws {
        try await gracefulShutdown()
        complain("mboard: stopping; a second signal ends it at once")
        signal(SIGTERM, SIG_DFL)
        signal(SIGINT, SIG_DFL)
    }
}
