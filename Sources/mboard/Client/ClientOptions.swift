public import ArgumentParser
public import BoardClient
public import MessageBoard

/// A road that a client can take.
enum Via: String, CaseIterable, ExpressibleByArgument {
    case udp
    case tcp
    case session

    /// The road's name in announcements.
    var announced: String { self == .session ? Via.udp.rawValue : rawValue }

    /// How the road begins.
    var transport: Transport {
        switch self {
        case .udp, .session: .datagrams
        case .tcp: .connections
        }
    }

    /// A client that takes this road.
    func client(of server: Endpoint, timeout seconds: Double, report: ProgressReport? = nil) -> BoardClient {
        let timeout = Duration.seconds(seconds)
        return switch self {
        case .udp: BoardClient(road: UDPRoad(server, timeout: timeout))
        case .tcp: BoardClient(road: TCPRoad(server, timeout: timeout, report: report))
        case .session: BoardClient(road: SessionRoad(server, timeout: timeout, report: report))
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

    @Option(
        help:
            "The road: udp (one datagram a request), tcp (any size) or session (any size on UDP, in confirmed blocks).")
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
    ///
    /// - Parameter report: is told how far a transfer is.
    func client(_ report: ProgressReport? = nil) async throws -> BoardClient {
        let endpoint = try await ServerChoice.endpoint(
            server, road: via.announced, by: via.transport, timeout: .seconds(timeout))
        return via.client(of: endpoint, timeout: timeout, report: report)
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
