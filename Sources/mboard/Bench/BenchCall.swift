import ArgumentParser
import BoardClient
import PyroWire

struct BenchCall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call", abstract: "Call a method of a remote object, ours or Pyro5's.",
        discussion: """
            Each connection has one call in flight. The method is given one text.

              mboard bench call --uri PYRO:bench.echo@127.0.0.1:7781 --inflight 10
              mboard bench call --uri PYRO:Pyro.NameServer@127.0.0.1:9090 --method lookup --argument Pyro.NameServer
            """)

    @Option(help: ArgumentHelp("The object.", valueName: "PYRO:object@host:port"))
    var uri: String

    @Option(help: ArgumentHelp("The method.", valueName: "name"))
    var method = "echo"

    @Option(help: ArgumentHelp("The text that the method is given (default: --size bytes of it).", valueName: "text"))
    var argument: String?

    @Option(help: ArgumentHelp("Bytes of the text.", valueName: "bytes"))
    var size = 100

    @Option(help: ArgumentHelp("How it is written: serpent, json or msgpack.", valueName: "name"))
    var serializer = "serpent"

    @Option(help: ArgumentHelp("Calls that wait for an answer at any time, each on its connection.", valueName: "n"))
    var inflight = 1

    @Option(help: ArgumentHelp("Calls in all.", valueName: "n"))
    var count = 100_000

    @Option(help: ArgumentHelp("Seconds to wait for an answer before it counts as an error.", valueName: "seconds"))
    var timeout: Double = 5

    @Option(help: ArgumentHelp("The server's process, for its CPU time and memory.", valueName: "pid"))
    var pid: Int32?

    @Flag(help: "Print one JSON object.")
    var json = false

    private static let maximumInflight = 16_384
    private static let maximumSize = 4 << 20

    func validate() throws {
        guard case .host? = PyroURI(uri)?.location, PyroURI(uri)?.scheme == .object else {
            throw ValidationError("--uri takes PYRO:object@host:port; '\(uri)' is not of this form")
        }
        guard let serializer = PyroSerializer(name: serializer), serializer != .marshal else {
            throw ValidationError("--serializer takes serpent, json or msgpack")
        }
        guard (1...Self.maximumInflight).contains(inflight), (0...Self.maximumSize).contains(size) else {
            throw ValidationError("--inflight takes 1 to \(Self.maximumInflight), --size 0 to \(Self.maximumSize)")
        }
        guard count > 0, timeout > 0 else { throw ValidationError("--count and --timeout take numbers over 0") }
    }

    private var plan: CallPlan {
        get throws {
            guard let uri = PyroURI(uri), case .host(let host, let port)? = uri.location,
                let serializer = PyroSerializer(name: serializer)
            else { throw ValidationError("--uri or --serializer is none") }
            let text = argument ?? String(repeating: "x", count: size)
            return CallPlan(
                server: Endpoint(host: host, port: port), serializer: serializer,
                connect: PyroConnect(object: uri.object),
                call: PyroCall(object: uri.object, method: method, arguments: [.string(text)]), inflight: inflight,
                count: count, timeout: timeout)
        }
    }

    func run() async throws {
        let plan = try plan
        let load = LoadDescription(
            title: "call of \(method) by \(serializer)",
            facts: [
                "operation": "call", "method": method, "serializer": serializer,
                "size": argument?.utf8.count ?? size,
            ], inflight: inflight, count: count, pid: pid, json: json)
        try await measure(load) { try CallLoad.run(plan, progress: $0) }
    }
}
