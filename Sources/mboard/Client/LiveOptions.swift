import ArgumentParser
import BoardClient

/// The options of the commands that keep a connection.
struct LiveOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The server's live road (default: 127.0.0.1:7778).", valueName: "host:port"),
        transform: { text in
            guard let endpoint = Endpoint(text, default: LiveClient.standard) else {
                throw ValidationError("\"\(text)\" is no HOST:PORT")
            }
            return endpoint
        })
    var server: Endpoint = LiveClient.standard

    @Option(
        help: ArgumentHelp(
            "How long the first connection is tried for, and the longest wait for an answer.", valueName: "seconds"))
    var timeout: Double = 10

    func validate() throws {
        guard timeout > 0, timeout <= 86_400 else { throw ValidationError("--timeout takes seconds, more than 0") }
    }

    var client: LiveClient { LiveClient(server, timeout: patience) }

    var patience: Duration { .seconds(timeout) }
}
