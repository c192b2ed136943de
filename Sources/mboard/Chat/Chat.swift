import ArgumentParser
import BoardClient
import Foundation
import PyroWire
import RemoteObjects

struct ChatCommandLine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Chat under a name: what others say appears while you type, and some of it is for you alone.",
        discussion: """
              mboard chat --name ada                    the chat of the server on this host
              mboard chat --name ada --server HOST:PORT
              mboard chat --name ada --uri PYRO:...     any chat that speaks as the lecture notes' does, in Python too; \
            PYRONAME:... is looked up in a name server first

            A name is one user's at a time; it is free again when its user is gone: at once when it left, within a minute when its connection \
            was lost. What is said for all stays on the board \
            "chat" (`mboard last --board chat`), what is said to one user is kept nowhere.

            \(TalkCommand.guide)

            In a pipe the same commands work; what others say goes to standard output, and the end of the input ends it once \
            every line was said. The exit code is 1 when a line could not be said, or was no command.
            """)

    @Option(help: ArgumentHelp("Who you are.", valueName: "name"))
    var name: String

    @Option(
        help: ArgumentHelp("The chat, when it is not that of a board's server.", valueName: "uri"))
    var uri: String?

    @Option(
        help: ArgumentHelp(
            """
            The server, or several, of which the first that can be reached is taken (default: 127.0.0.1:7781, or, when nobody \
            answers there, the only board around).
            """, valueName: "host:port"))
    var server: String?

    @Option(help: ArgumentHelp("Longest wait for the server.", valueName: "seconds"))
    var timeout: Double = 10

    func validate() throws {
        guard !name.isEmpty else { throw ValidationError("--name takes a name") }
        guard timeout > 0, timeout <= 86_400 else { throw ValidationError("--timeout takes seconds, more than 0") }
        guard uri == nil || server == nil else {
            throw ValidationError("--uri names the server too: leave --server out")
        }
        if let uri {
            guard PyroURI(uri) != nil else { throw ValidationError("--uri: \(RemoteObjectError.badURI(uri))") }
        }
        _ = try servers()
    }

    func run() async throws {
        let view: any TalkView = isTerminal(0) && isTerminal(1) ? TerminalTalk(name: name) : PipedTalk()
        try await Talk(try await client(), name: name, view: view).run()
    }

    private func client() async throws -> ChatClient {
        let patience = Duration.seconds(timeout)
        if let uri { return try await ChatClient.located(uri, timeout: patience) }
        let endpoint = try await ServerChoice.endpoint(
            servers(), road: Via.pyro.announced, by: .connections, standard: Via.pyro.standard, timeout: patience)
        return try ChatClient(endpoint, timeout: patience)
    }

    private func servers() throws -> ServerList? {
        try server.map { try ServerList(argument: $0, default: Via.pyro.standard) }
    }
}
