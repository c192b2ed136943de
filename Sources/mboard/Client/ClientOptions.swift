public import ArgumentParser
public import BoardClient
public import MessageBoard

/// A road that a client can take.
enum Via: String, CaseIterable, ExpressibleByArgument {
    case udp
    case tcp

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
    @Option(help: ArgumentHelp("The server.", valueName: "host:port"))
    var server: Endpoint = .standard

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

    var client: BoardClient { via.client(of: server, timeout: timeout) }
}

extension Endpoint: ExpressibleByArgument {
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
