public import ArgumentParser
import BoardClient
public import MessageBoard
import UnixSignals

struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print messages as they come.",
        discussion: """
            Every message once, in the order of the numbers, also through restarts of the server. A line is what `mboard last` \
            prints; Ctrl-C ends it.

              mboard watch                          what is published from now on
              mboard watch --since 0                the whole board first
              mboard watch --since 41 --json        what comes after message 41, as JSON
              mboard watch --board 'news.*'         several boards (quote the star)
              mboard watch | grep --line-buffered cake

            A board that begins anew at the same address (--durability memory, a restored backup) is noticed only while its newest \
            number is lower than one that was seen; then this ends with exit code 65.
            A script that has to miss nothing keeps the last number it has done, and says it with --since when it starts again.
            """)

    @OptionGroup var options: LiveOptions

    @Option(help: ArgumentHelp("The board, or several: * stands for any characters.", valueName: "pattern"))
    var board = BoardPattern(.public)

    @Option(help: ArgumentHelp("Begin with everything after this message.", valueName: "id"))
    var since: MessageID?

    @Flag(help: "Print one JSON object a line.")
    var json = false

    func validate() throws {
        guard since ?? 0 >= 0 else { throw ValidationError("--since takes the number of a message, or 0 for all") }
    }

    func run() async throws {
        let server = try await options.followed()
        let follower = BoardFollower(
            server: server, pattern: board, start: since.map { .after($0) } ?? .newest(0),
            startTimeout: options.patience)
        let printer = MessagePrinter(json: json, showsBoard: board.board == nil)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // At once: the task that prints may be stuck on an output that nobody reads.
                for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { systemExit(0) }
            }
            defer { group.cancelAll() }
            try await follower.run { event in
                switch event {
                case .message(let message): printer.print(message)
                case .connected: if isTerminal(2) { complain("mboard: \(beginning); Ctrl-C ends this") }
                case .waiting(let reason):
                    complain(
                        "mboard: no board at \(server.endpoint) yet: \(harmless(reason)); trying for \(options.timeout) s"
                    )
                case .lost(let reason): complain("mboard: connection lost (\(harmless(reason))); trying again")
                case .restored: complain("mboard: connected again")
                }
            }
        }
    }

    private var beginning: String {
        since.map { "messages of \(board) after \($0)" }
            ?? "messages of \(board) from now on (--since 0 for those that are there)"
    }
}

extension BoardPattern: ExpressibleByArgument {
    /// Reads the argument; `nil` when it cannot be read.
    public init?(argument: String) {
        self.init(argument)
    }
}
