import ArgumentParser
import BoardClient
import MessageBoard

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure a server: throughput, latency, and what a request costs it.",
        discussion: """
            Keeps a number of requests in flight until all are done; each waits for its answer.

              mboard bench publish --count 100000 --pid $(pgrep -f 'release/mboard serve')
              mboard bench read --via udp --inflight 64

            publish sends what `mboard publish` sends, each with a request id of its own; read asks for messages by \
            number, picked evenly from all there are. Its messages stay on the board `public`: give it a server of its own.
            """,
        subcommands: [BenchPublish.self, BenchRead.self, BenchCall.self, BenchFanout.self, BenchSession.self])
}

/// The options of every measurement.
struct LoadOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The server.", valueName: "host:port"))
    var server: Endpoint = .standard

    @Option(help: "The road: udp or tcp.")
    var via: Via = .udp

    @Option(help: ArgumentHelp("Requests that wait for an answer at any time (default: 64).", valueName: "n"))
    var inflight: Int?

    @Option(
        help: ArgumentHelp(
            "Sockets (default: as many as --inflight: on udp and tcp a socket has one request at a time).",
            valueName: "n"))
    var connections: Int?

    @Option(help: ArgumentHelp("Requests in all.", valueName: "n"))
    var count = 100_000

    @Option(help: ArgumentHelp("Seconds to wait for an answer before it counts as an error.", valueName: "seconds"))
    var timeout: Double = 5

    @Option(help: ArgumentHelp("The server's process, for its CPU time and memory.", valueName: "pid"))
    var pid: Int32?

    @Flag(help: "Print one JSON object.")
    var json = false

    /// Most sockets of one run: what a system allows a process without more ado.
    private static let maximumInflight = 16_384

    func validate() throws {
        let known = inflight ?? connections ?? 64
        guard (1...Self.maximumInflight).contains(known) else {
            throw ValidationError("--inflight and --connections take 1 to \(Self.maximumInflight)")
        }
        guard connections == nil || inflight == nil || connections == inflight else {
            throw ValidationError(
                "--via \(via) has one request at a time on a socket, so --connections has to be the same as --inflight")
        }
        guard count > 0, timeout > 0 else { throw ValidationError("--count and --timeout take numbers over 0") }
    }

    /// A client on the same road.
    var client: any BoardClient {
        get throws(ClientError) { try via.client(of: server, timeout: timeout) }
    }

    var plan: LoadPlan {
        LoadPlan(via: via, server: server, inflight: inflight ?? connections ?? 64, count: count, timeout: timeout)
    }
}

struct BenchPublish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "publish", abstract: "Publish messages.")

    @OptionGroup var options: LoadOptions

    @Option(help: ArgumentHelp("Bytes of a message.", valueName: "bytes"))
    var size = 100

    func validate() throws {
        guard size >= 0, size <= (options.via == .udp ? 60_000 : 64 << 20) else {
            throw ValidationError("--size takes 0 to \(options.via == .udp ? "60000 (a datagram)" : "67108864")")
        }
    }

    func run() async throws {
        try await options.client.last(1) { _ in }  // says at once when nobody is there
        try await measure(options, .publish(size: size))
    }
}

struct BenchRead: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "read", abstract: "Read messages by number.")

    @OptionGroup var options: LoadOptions

    func run() async throws {
        var newest: MessageID = 0
        try await options.client.last(1) { newest = $0.id }
        guard newest > 0 else { throw ValidationError("the public board is empty: publish something first") }
        try await measure(options, .read(newest: newest))
    }
}

/// Runs a load of board requests.
private func measure(_ options: LoadOptions, _ operation: LoadOperation) async throws {
    var facts: [String: any Sendable] = ["operation": operation.name, "via": options.via.rawValue]
    if case .publish(let size) = operation { facts["size"] = size }
    let load = LoadDescription(
        title: "\(operation.name) via \(options.via)", facts: facts, inflight: options.plan.inflight,
        count: options.count, pid: options.pid, json: options.json)
    try await measure(load) { try await options.plan.run(operation, progress: $0) }
}

/// Runs a load, and prints what came out.
func measure(_ load: LoadDescription, _ run: (_ progress: Bool) async throws -> LoadResult) async throws {
    OpenFiles.raise()
    let before = try load.pid.map(ServerUsage.init)
    let result = try await run(isTerminal(2) && !load.json)
    let after = try load.pid.map(ServerUsage.init)
    var server: ServerCost?
    if let before, let after { server = ServerCost(before: before, after: after, operations: result.completed) }
    let report = LoadReport(load: load, result: result, server: server)
    output(line: load.json ? report.json : report.table)
    if result.errors > 0 {
        complain("mboard: \(result.errors) of \(load.count) requests failed; the first: \(result.firstError ?? "?")")
        throw ExitCode(1)
    }
}
