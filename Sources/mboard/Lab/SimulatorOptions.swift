import ArgumentParser
import BoardClient
import Foundation
import Lab

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The options that both simulators have.
struct SimulatorOptions: ParsableArguments {
    /// Clients of one run: each needs a port of this host towards the server's.
    private static let clients = 1...20_000
    /// Clients with whose log lines a terminal is still readable.
    private static let loggedClients = 20
    /// Open files that are not clients.
    private static let reservedFiles = 64

    @Option(help: ArgumentHelp("The server.", valueName: "host:port"))
    var server = LabCommand.server

    @Option(help: ArgumentHelp("Simulated clients: 1 to 20000.", valueName: "n"))
    var clients = 5

    @Option(help: ArgumentHelp("When they come: at-once, or poisson:PER_SECOND.", valueName: "pattern"))
    var arrivals: Load.Arrivals = .atOnce

    @Option(help: ArgumentHelp("More clients, which send and take a byte at a time.", valueName: "n"))
    var slow = 0

    @Option(help: ArgumentHelp("More clients, which connect and never say anything.", valueName: "n"))
    var halfOpen = 0

    @Option(help: ArgumentHelp("More clients, which reset the connection in the middle.", valueName: "n"))
    var vanishing = 0

    @Option(help: ArgumentHelp("Repeats what is drawn: arrivals, requests.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp("Multiplies all times: with 0.02 the notes' 15 s are 0.3 s.", valueName: "factor"))
    var scale = 1.0

    @Flag(
        inversion: .prefixedNo,
        help: "The notes' log lines, on standard error (default: on a terminal, with up to 20 clients).")
    var log: Bool?

    @Flag(help: "Print one JSON object instead of the drawing.")
    var json = false

    @Option(help: ArgumentHelp("Write the JSON object to a file, too.", valueName: "file"))
    var record: String?

    func validate() throws {
        guard server.port > 0 else { throw ValidationError("--server takes HOST:PORT, with the port of the server") }
        guard min(slow, halfOpen, vanishing) >= 0, max(slow, halfOpen, vanishing) <= Self.clients.upperBound,
            clients >= 1, clients + slow + halfOpen + vanishing <= Self.clients.upperBound
        else {
            throw ValidationError(
                "--clients takes 1 to \(Self.clients.upperBound), those of --slow, --half-open and --vanishing included"
            )
        }
        guard (1e-3...1e3).contains(scale) else { throw ValidationError("--scale takes a factor from 0.001 to 1000") }
    }

    /// Simulates the clients, and prints what became of them.
    func simulate(_ service: ServiceName, timeout: Double, _ visit: Load.Visit) async throws {
        var load = Load(clients: clients, timeout: timeout, visit: visit)
        load.arrivals = arrivals
        (load.misfits.slow, load.misfits.halfOpen, load.misfits.vanishing) = (slow, halfOpen, vanishing)
        load.seed = seed
        try raiseFiles(for: clients + load.misfits.count)
        let isLogged = log ?? (isTerminal(2) && clients <= Self.loggedClients && !json)
        let simulation = Simulation(
            load.scaled(by: scale), service: service, host: server.host, port: server.port,
            log: isLogged ? SimulationLog { complain($0) } : nil)
        let showsProgress = isTerminal(2) && !isLogged && !json
        let outcome = try await simulation.run { done, all in
            if showsProgress { tell("\r\u{1B}[K\(done) of \(all) clients are done") }
        }
        if showsProgress { tell("\r\u{1B}[K") }
        try print(outcome)
        guard outcome.clients.contains(where: { $0.refusal != .notConnected }) else {
            complain("mboard: nobody listens on \(server): start a server with `mboard lab serve --model MODEL`")
            throw ExitCode(69)
        }
    }

    private func print(_ outcome: SimulationRecord) throws {
        let object = try outcome.json
        if let record { try write(object, to: record) }
        guard !json else { return output(line: object) }
        let drawing = TimelineDrawing(outcome, columns: Self.columns, colours: isTerminal(1))
        for line in drawing.lines { output(line: line) }
        output(line: outcome.summary)
    }

    private func write(_ object: String, to path: String) throws {
        do { try Data((object + "\n").utf8).write(to: URL(filePath: path), options: .atomic) } catch {
            throw ValidationError("--record: cannot write \(harmless(path)): \(error.localizedDescription)")
        }
    }

    private func raiseFiles(for sockets: Int) throws {
        guard let files = OpenFiles.raise(), files < sockets + Self.reservedFiles else { return }
        throw ValidationError(
            "\(sockets) clients need \(sockets + Self.reservedFiles) open files, and this process may have \(files): "
                + "take fewer --clients, or raise the limit (ulimit -n)")
    }

    /// The terminal's width; 100 where there is none.
    private static var columns: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
        return Int(size.ws_col)
    }
}
