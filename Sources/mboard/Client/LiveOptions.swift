import ArgumentParser
import BoardClient

/// The options of the commands that keep a connection.
struct LiveOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The server's live road, or several, of which the first that can be reached is kept; without it the board of this host, else the only one around.",
            valueName: "host:port"),
        transform: { text in
            guard let list = ServerList(text, default: LiveClient.standard) else {
                throw ValidationError("\"\(text)\" is no HOST:PORT, nor a list of them")
            }
            return list
        })
    var server: ServerList?

    @Option(
        help: ArgumentHelp(
            "How long the first connection is tried for, and the longest wait for an answer.", valueName: "seconds"))
    var timeout: Double = 10

    func validate() throws {
        guard timeout > 0, timeout <= 86_400 else { throw ValidationError("--timeout takes seconds, more than 0") }
    }

    /// Where the board is. When none is found on this host and around, it is this host's: it may still be starting, and
    /// whoever connects says so and waits.
    func endpoint() async throws -> Endpoint {
        do {
            return try await ServerChoice.endpoint(
                server, road: "live", by: .connections, standard: LiveClient.standard, timeout: patience)
        } catch is ClientError where server == nil {
            return LiveClient.standard
        }
    }

    var patience: Duration { .seconds(timeout) }
}
