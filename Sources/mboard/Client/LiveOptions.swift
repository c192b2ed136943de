import ArgumentParser
import BoardClient

/// A road on which a board can be followed.
enum LiveVia: String, CaseIterable, ExpressibleByArgument {
    case live
    case xmlrpc

    /// Where it begins on this host when nobody says otherwise.
    var standard: Endpoint { self == .live ? LiveClient.standard : XMLRPCBoardClient.standard }
}

/// The options of the commands that keep a connection.
struct LiveOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            The server, or several, of which the first that can be reached is kept (default: 127.0.0.1:7778, with --via xmlrpc \
            127.0.0.1:7780; or, when nobody answers there, the only board around).
            """, valueName: "host:port"))
    var server: String?

    @Option(help: "The road: live (messages come by themselves) or xmlrpc (calls of /RPC2 that wait for what is new).")
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
                servers(), road: via == .live ? "live" : Via.xmlrpc.announced, by: .connections,
                standard: via.standard, timeout: patience)
        } catch is ClientError where server == nil {
            endpoint = via.standard
        }
        switch via {
        case .live: return LiveClient(endpoint, timeout: patience)
        case .xmlrpc: return try XMLRPCBoardClient(endpoint, timeout: patience)
        }
    }

    private func servers() throws -> ServerList? {
        try server.map { try ServerList(argument: $0, default: via.standard) }
    }

    var patience: Duration { .seconds(timeout) }
}
