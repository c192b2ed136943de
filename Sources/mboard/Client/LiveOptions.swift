import ArgumentParser
import BoardClient

/// A road on which a board can be followed.
enum LiveVia: String, CaseIterable, ExpressibleByArgument {
    case live
    case xmlrpc
    case pyro

    /// Where it begins on this host when nobody says otherwise.
    var standard: Endpoint {
        switch self {
        case .live: LiveClient.standard
        case .xmlrpc: XMLRPCBoardClient.standard
        case .pyro: PyroBoardClient.standard
        }
    }

    /// The name in announcements of the road that it goes over.
    var announced: String {
        switch self {
        case .live: "live"
        case .xmlrpc: Via.xmlrpc.announced
        case .pyro: Via.pyro.announced
        }
    }
}

/// The options of the commands that keep a connection.
struct LiveOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            The server, or several, of which the first that can be reached is kept (default: 127.0.0.1:7778, with --via xmlrpc \
            127.0.0.1:7780, with --via pyro 127.0.0.1:7781; or, when nobody answers there, the only board around).
            """, valueName: "host:port"))
    var server: String?

    @Option(
        help: """
            The road: live (messages come by themselves), xmlrpc (calls of /RPC2 that wait for what is new) or pyro (a stream \
            of a remote object).
            """)
    var via: LiveVia = .live

    @Option(
        help: ArgumentHelp(
            "How long the first connection is tried for, and the longest wait for an answer.", valueName: "seconds"))
    var timeout: Double = 10

    func validate() throws {
        guard timeout > 0, timeout <= 86_400 else { throw ValidationError("--timeout takes seconds, more than 0") }
        _ = try servers()
    }

    /// The server that was asked for, or the one that is found. When none is found on this host and around, it is this
    /// host's: it may still be starting, and whoever connects says so and waits.
    func followed() async throws -> any FollowedServer {
        let endpoint: Endpoint
        do {
            endpoint = try await ServerChoice.endpoint(
                servers(), road: via.announced, by: .connections,
                standard: via.standard, timeout: patience)
        } catch is ClientError where server == nil {
            endpoint = via.standard
        }
        switch via {
        case .live: return LiveClient(endpoint, timeout: patience)
        case .xmlrpc: return try XMLRPCBoardClient(endpoint, timeout: patience)
        case .pyro: return try PyroBoardClient(endpoint, timeout: patience)
        }
    }

    private func servers() throws -> ServerList? {
        try server.map { try ServerList(argument: $0, default: via.standard) }
    }

    var patience: Duration { .seconds(timeout) }
}
