import ArgumentParser
import BoardClient
import Foundation
import Lab
import Logging
import ServerModels
import ServiceLifecycle
import UnixSignals

/// A server of one model.
struct LabServe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run a server of one model.",
        discussion: """
            Models:
            \(ModelName.all(cores: LabCommand.cores).map { "  \($0.description.padding(toLength: 22, withPad: " ", startingAt: 0))\($0.summary)" }.joined(separator: "\n"))

            Services:
              hold                  says with a byte that you are served, waits for your leave
              echo-after[:SECONDS]  answers 36 bytes with themselves, after a delay
              factor                answers an integer on a line with its factors (try nc)

            SIGTERM or Ctrl-C answers the requests in hand, lets everybody else go, and ends.
            """)

    @Option(
        help: ArgumentHelp("How it spends its threads.", valueName: "model[:n]"), transform: ModelName.argument)
    var model: ModelName

    @Option(help: ArgumentHelp("What it does for its clients.", valueName: "service"))
    var service: ServiceName = .hold

    @Option(help: ArgumentHelp("Where to listen; port 0 is any free one.", valueName: "host:port"))
    var listen = LabCommand.server

    @Option(help: ArgumentHelp("A file written once it listens (JSON: pid, endpoint, counters).", valueName: "file"))
    var readyFile: String?

    @Option(help: ArgumentHelp("Connections that wait in the kernel.", valueName: "n"))
    var backlog = ModelLimits().backlog

    @Option(help: ArgumentHelp("Entries of each queue between threads.", valueName: "n"))
    var queue = ModelLimits().queued

    @Option(help: ArgumentHelp("Threads that a model makes on demand, at a time.", valueName: "n"))
    var threads = ModelLimits().threads

    @Option(help: ArgumentHelp("Seconds without a byte after which a client is cut.", valueName: "seconds"))
    var idleTimeout = ModelLimits().idleSeconds

    @Flag(inversion: .prefixedNo, help: "Log what each thread does (default: on a terminal).")
    var log: Bool?

    /// How long connections may take to finish after a signal; then they are cut.
    private static let drainTime = Duration.seconds(8)

    func validate() throws {
        for (name, value) in [("--backlog", backlog), ("--queue", queue), ("--threads", threads)] {
            guard (1...1_000_000).contains(value) else { throw ValidationError("\(name) takes 1 to 1000000") }
        }
        guard (1...86_400).contains(idleTimeout) else { throw ValidationError("--idle-timeout takes 1 to 86400") }
    }

    func run() async throws {
        OpenFiles.raise()
        var limits = ModelLimits()
        limits.backlog = backlog
        limits.queued = queue
        limits.threads = threads
        limits.idleSeconds = idleTimeout
        let server = try ModelServer(
            model, service: service.service, host: listen.host, port: listen.port, limits: limits,
            worker: WorkerCommand(
                executable: "/proc/self/exe", arguments: ["lab", "worker", "--service", "\(service)"]),
            logger: logger)
        let presence = LabPresence(server: server, model: model, service: service, readyFile: readyFile)
        complain("mboard: \(model) serves \(service) on \(server.endpoint); see inside with `mboard lab watch`")
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: presence),
                .init(service: LabModel(server: server), successTerminationBehavior: .gracefullyShutdownGroup),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "lifecycle", factory: Self.silent))
        configuration.maximumGracefulShutdownDuration = Self.drainTime
        try await ServiceGroup(configuration: configuration).run()
        let counters = server.counters
        complain(
            "mboard: stopped; \(counters.accepted.count) clients, \(counters.answers.count) answers; "
                + "before anybody dealt with them left \(counters.left.count)")
    }

    private var logger: Logger {
        let level: Logger.Level = log ?? isTerminal(2) ? .debug : .warning
        return Logger(label: "lab") { _ in ThreadNameLog(level) { complain($0) } }
    }

    private static func silent(_ label: String) -> any LogHandler { SwiftLogNoOpLogHandler() }
}

/// The model while it serves.
private struct LabModel: ServiceLifecycle.Service {
    let server: ModelServer

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.run()
        } onGracefulShutdown: {
            server.stop()
        }
    }
}

/// Lets others see the server: its counters, its ready file.
private struct LabPresence: ServiceLifecycle.Service {
    let server: ModelServer
    let model: ModelName
    let service: ServiceName
    let readyFile: String?

    private struct Ready: Encodable {
        let pid: Int32
        let endpoint: String
        let counters: String
    }

    func run() async throws {
        let pid = getpid()
        let socket = CounterSocket(pid: pid)
        try await cancelWhenGracefulShutdown {
            try await socket.serve {
                RunningServer(
                    pid: pid, model: "\(model)", service: "\(service)", endpoint: server.endpoint,
                    counters: server.counters.snapshot)
            } whenOpen: {
                guard let readyFile else { return }
                let ready = Ready(pid: pid, endpoint: server.endpoint, counters: socket.path)
                try JSONEncoder().encode(ready).write(to: URL(filePath: readyFile), options: .atomic)
            }
        }
        if let readyFile { unlink(readyFile) }
    }
}
