import ArgumentParser
import BoardClient
import Foundation
import Logging
import NIOCore
import PyroWire
import RemoteObjects
import ServiceLifecycle
import UnixSignals

/// Pyro5's name server.
struct NameServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nameserver", abstract: "Run a name server for remote objects, as Pyro5's programs know it.",
        discussion: """
            Programs register objects under names, and find each other's by them. In Python
            (pip install Pyro5) one registers a thing, and serves it:

              daemon = Pyro5.api.Daemon()
              Pyro5.api.locate_ns().register("example.thing", daemon.register(Thing))
              daemon.requestLoop()

            Another calls it; and what is there is listed by Pyro5's own command:

              Pyro5.api.Proxy("PYRONAME:example.thing").method()
              python -m Pyro5.nsc list

            Names are kept in a file, on disk before a registration is answered. A name is its program's for as long as \
            that answers: each daemon is asked every few seconds whether it is there, and after three questions without an \
            answer in a row its names are removed (in its first minute it may still be starting).
            When it listens beyond this host it also answers those who look for a name server by broadcast.
            SIGTERM or Ctrl-C ends it; the names stay.
            """)

    @Option(
        help: ArgumentHelp(
            "Where to listen; port 0 is any free one (default: \(Self.standard)).", valueName: "host:port"),
        transform: { text in try Self.endpoint(text, default: Self.standard) })
    var listen = Self.standard

    @Option(
        help: ArgumentHelp(
            "Where to hear broadcasts, or off (default: 0.0.0.0:9091, off when only this host is listened to).",
            valueName: "host:port|off"),
        transform: Broadcast.init(argument:))
    var broadcast: Broadcast?

    @Option(
        help: ArgumentHelp(
            "The names' file, or memory (default: names.sqlite beside the board's data).", valueName: "file|memory"))
    var data: String?

    @Option(help: ArgumentHelp("A file written once it listens (JSON: pid, uri, broadcast).", valueName: "file"))
    var readyFile: String?

    @Option(help: ArgumentHelp("Seconds between two pings of a daemon; 0 keeps all names.", valueName: "seconds"))
    var sweep = 10.0

    static let standard = Endpoint(host: "127.0.0.1", port: PyroURI.nameServerPort)

    /// How long calls in hand may take after a signal.
    private static let drainTime = Duration.seconds(4)

    /// Where broadcasts are heard.
    enum Broadcast {
        case off
        case on(Endpoint)

        init(argument: String) throws {
            let standard = Endpoint(host: "0.0.0.0", port: BroadcastResponder.standardPort)
            self = argument == "off" ? .off : .on(try NameServerCommand.endpoint(argument, default: standard))
        }
    }

    static func endpoint(_ text: String, default standard: Endpoint) throws -> Endpoint {
        guard let endpoint = Endpoint(text, default: standard) else {
            throw ValidationError("'\(harmless(text))' is no HOST:PORT; \(standard) would be one")
        }
        return endpoint
    }

    func validate() throws {
        guard sweep == 0 || (0.1...86_400).contains(sweep) else {
            throw ValidationError("--sweep takes 0, or 0.1 to 86400 seconds")
        }
        guard data != "", readyFile != "" else {
            throw ValidationError("--data and --ready-file take the name of a file")
        }
    }

    func run() async throws {
        OpenFiles.raise()
        umask(0o077)  // who may read the names is decided by the server, not by the file
        var logger = Logger(label: "nameserver", factory: StreamLogHandler.standardError(label:))
        logger.logLevel = .notice
        let file = data == "memory" ? nil : data ?? Self.standardFile(ProcessInfo.processInfo.environment)
        let store = try file.map { try SQLiteNameStore(path: $0) }
        let system = PyroActorSystem(logger: logger)
        let server = try await NameServerBindError.naming(listen, "--listen HOST:PORT") {
            try await PyroServer(system, host: listen.host, port: listen.port)
        }
        let names = try await NameServer.start(on: system, store: store ?? MemoryNameStore(), logger: logger)
        let responder = try await openBroadcast(server)
        let uri = system.uri(of: names)
        complain("mboard: name server \(uri), \(file.map { "names in \($0)" } ?? "names in memory only")")
        if let responder { complain("mboard: broadcasts are heard on \(responder.endpoint)") }
        var services: [any Service] = [server]
        if let responder { services.append(responder) }
        if sweep > 0 { services.append(NameSweeper(names, every: sweep)) }
        let ready = NameServerPresence(file: readyFile, uri: uri, broadcast: responder?.endpoint)
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) }
                + [.init(service: ready, successTerminationBehavior: .ignore)],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() })
        configuration.maximumGracefulShutdownDuration = Self.drainTime
        try await ServiceGroup(configuration: configuration).run()
        try store?.close()
        complain("mboard: name server stopped")
    }

    private func openBroadcast(_ server: PyroServer) async throws -> BroadcastResponder? {
        let place: Endpoint
        switch broadcast {
        case .off: return nil
        case .on(let endpoint): place = endpoint
        case nil:
            guard BroadcastResponder.isUseful(for: listen.host) else { return nil }
            place = Endpoint(host: "0.0.0.0", port: BroadcastResponder.standardPort)
        }
        return try await NameServerBindError.naming(place, "--broadcast HOST:PORT, or off") {
            try await BroadcastResponder(nameServer: server.endpoint, host: place.host, port: place.port)
        }
    }

    /// Beside the board's data.
    static func standardFile(_ environment: [String: String]) -> String {
        (environment[Setting.data.variable] ?? Setting.data.defaultValue(environment: environment)) + "/names.sqlite"
    }
}

/// The name server cannot listen where it should.
struct NameServerBindError: Error, CustomStringConvertible {
    let description: String

    /// Names the place, and the option that changes it, when something cannot listen there.
    static func naming<Listener>(
        _ place: Endpoint, _ option: String, _ bind: () async throws -> Listener
    ) async throws(NameServerBindError) -> Listener {
        do {
            return try await bind()
        } catch {
            let reason =
                switch error {
                case let error as IOError where error.errnoCode == EADDRINUSE: "another program is using that port"
                case let error as IOError: String(cString: strerror(error.errnoCode))
                case let error as SocketAddressError.UnknownHost: "the name \(error.host) is not known"
                default: "\(error)"
                }
            throw NameServerBindError(description: "cannot listen on \(place): \(reason). Give another \(option)")
        }
    }
}

/// The name server's ready file, for as long as it runs.
private struct NameServerPresence: Service {
    let file: String?
    let uri: String
    let broadcast: String?

    private struct Ready: Encodable {
        let pid: Int32
        let uri: String
        let broadcast: String?
    }

    func run() async throws {
        if let file {
            let ready = Ready(pid: getpid(), uri: uri, broadcast: broadcast)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.withoutEscapingSlashes]
            try encoder.encode(ready).write(to: URL(filePath: file), options: .atomic)
        }
        try? await gracefulShutdown()  // or cancelled: the server ends in both cases
        if let file { unlink(file) }
    }
}
