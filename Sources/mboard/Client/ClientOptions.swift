public import ArgumentParser
public import BoardClient
public import MessageBoard

/// A road that a client can take.
enum Via: String, CaseIterable, ExpressibleByArgument {
    case udp
    case tcp

    /// The road's name in announcements.
    var announced: String { rawValue }

    /// How the road begins.
    var transport: Transport {
        switch self {
        case .udp: .datagrams
        case .tcp: .connections
        }
    }

    /// A client that takes this road.
    func client(of server: Endpoint, timeout seconds: Double) -> BoardClient {
        let timeout = Duration.seconds(seconds)
        return switch self {
        case .udp: BoardClient(road: UDPRoad(server, timeout: timeout))
        case .tcp: BoardClient(road: TCPRoad(server, timeout: timeout))
        }
    }
}

/// The options of every client command.
struct ClientOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            The server, or several with commas between, tried in order (default: 127.0.0.1:7777, or, when nobody \
            answers there, the only board that `mboard discover` finds).
            """, valueName: "host:port"))
    var server: ServerList?

    @Option(help: "The road: udp (one datagram a request) or tcp (any size).")
    var via: Via = .tcp

    @Option(help: ArgumentHelp("The board.", valueName: "name"))
    var board: BoardName = .public

    @Flag(help: "Print one JSON object a line.")
    var json = false

    @Option(help: ArgumentHelp("Longest wait for the server.", valueName: "seconds"))
    var timeout: Double = 10

    func validate() throws {
        guard timeout > 0, timeout <= 86_400 else { throw ValidationError("--timeout takes seconds, more than 0") }
    }

    /// A client of the server that was asked for, or of the one that is found.
    func client() async throws -> BoardClient {
        let endpoint = try await ServerChoice.endpoint(
            server, road: via.announced, by: via.transport, timeout: .seconds(timeout))
        return via.client(of: endpoint, timeout: timeout)
    }
}

extension Endpoint: ExpressibleByArgument {
    /// Reads the argument; `nil` when it cannot be read.
    public init?(argument: String) {
        self.init(argument)
    }
}

extension ServerList: ExpressibleByArgument {
    /// Reads the argument; `nil` when it cannot be read.
    public init?(argument: String) {
        self.init(argument)
    }
}

extension BoardName: ExpressibleByArgument {
    /// Reads the argument; `nil` when it cannot be read.
    public init?(argument: String) {
        self.init(argument)
    }
}
