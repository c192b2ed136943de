public import ArgumentParser
public import BoardClient
public import MessageBoard

/// A road that a client can take.
enum Via: String, CaseIterable, ExpressibleByArgument {
    case udp
    case tcp
    case session
    case xmlrpc
    case pyro

    /// The name in announcements of the road that it goes over.
    var announced: String {
        switch self {
        case .udp, .session: "udp"
        case .tcp: "tcp"
        case .xmlrpc: "http"
        case .pyro: "pyro"
        }
    }

    /// Where it begins on this host when nobody says otherwise.
    var standard: Endpoint {
        switch self {
        case .udp, .tcp, .session: .standard
        case .xmlrpc: XMLRPCBoardClient.standard
        case .pyro: PyroBoardClient.standard
        }
    }

    /// How the road begins.
    var transport: Transport {
        switch self {
        case .udp, .session: .datagrams
        case .tcp, .xmlrpc, .pyro: .connections
        }
    }

    /// A client that takes this road.
    ///
    /// - Throws: `ClientError` when it cannot go there.
    func client(
        of server: Endpoint, timeout seconds: Double, report: ProgressReport? = nil
    ) throws(ClientError) -> any BoardClient {
        let timeout = Duration.seconds(seconds)
        switch self {
        case .udp: return PDUClient(road: UDPRoad(server, timeout: timeout))
        case .tcp: return PDUClient(road: TCPRoad(server, timeout: timeout, report: report))
        case .session: return PDUClient(road: SessionRoad(server, timeout: timeout, report: report))
        case .xmlrpc: return try XMLRPCBoardClient(server, timeout: timeout)
        case .pyro: return try PyroBoardClient(server, timeout: timeout)
        }
    }
}

/// The options of every client command.
struct ClientOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            The server, or several with commas between, tried in order (default: 127.0.0.1:7777, with --via xmlrpc \
            127.0.0.1:7780, with --via pyro 127.0.0.1:7781; or, when nobody answers there, the only board that `mboard discover` finds).
            """, valueName: "host:port"))
    var server: String?

    @Option(
        help: """
            The road: udp (one datagram a request), tcp (any size), session (any size on UDP, in confirmed blocks), xmlrpc \
            (calls of /RPC2 over HTTP) or pyro (calls of a remote object).
            """)
    var via: Via = .tcp

    @Option(help: ArgumentHelp("The board.", valueName: "name"))
    var board: BoardName = .public

    @Flag(help: "Print one JSON object a line.")
    var json = false

    @Option(help: ArgumentHelp("Longest wait for the server.", valueName: "seconds"))
    var timeout: Double = 10

    func validate() throws {
        guard timeout > 0, timeout <= 86_400 else { throw ValidationError("--timeout takes seconds, more than 0") }
        _ = try servers()
    }

    /// A client of the server that was asked for, or of the one that is found.
    ///
    /// - Parameter report: is told how far a transfer is.
    func client(_ report: ProgressReport? = nil) async throws -> any BoardClient {
        let endpoint = try await ServerChoice.endpoint(
            servers(), road: via.announced, by: via.transport, standard: via.standard, timeout: .seconds(timeout))
        return try via.client(of: endpoint, timeout: timeout, report: report)
    }

    private func servers() throws -> ServerList? {
        try server.map { try ServerList(argument: $0, default: via.standard) }
    }
}

extension Endpoint: ExpressibleByArgument {
    /// Reads the argument; `nil` when it cannot be read.
    public init?(argument: String) {
        self.init(argument)
    }
}

extension ServerList {
    /// Reads the argument of `--server`.
    ///
    /// - Throws: `ValidationError`.
    init(argument: String, default: Endpoint) throws {
        guard let list = ServerList(argument, default: `default`) else {
            throw ValidationError("--server: \"\(argument)\" is no HOST:PORT, nor a list of them")
        }
        self = list
    }
}

extension BoardName: ExpressibleByArgument {
    /// Reads the argument; `nil` when it cannot be read.
    public init?(argument: String) {
        self.init(argument)
    }
}
