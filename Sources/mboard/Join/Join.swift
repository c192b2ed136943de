import ArgumentParser
import BoardClient
import Foundation
import MessageBoard
import UnixSignals

struct Join: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Talk on a board: read what others say while you type.",
        discussion: """
              mboard join                      the public board
              mboard join kitchen --author ada
              tail -f log | mboard join logs   publishes each line

            On a terminal Enter publishes the line. The arrows, Home, End, Ctrl-A, -E, -K, -U and -W edit it, up and down go \
            through the lines before. Several lines that are pasted make one message. Ctrl-C clears the line, or leaves when \
            it is empty; Ctrl-D leaves.

            \(ChatCommand.guide)

            In a pipe the same commands work, everything else is published as it is, and what others say goes to standard \
            output. The end of the input ends it once every line was acknowledged.
            """)

    @OptionGroup var options: LiveOptions

    @Option(help: ArgumentHelp("Who you are (default: $USER).", valueName: "name"))
    var author: String?

    @Argument(help: ArgumentHelp("The board.", valueName: "board"))
    var board: BoardName = .public

    func validate() throws {
        guard author?.utf8.count ?? 0 <= Draft.maximumAuthorBytes else {
            throw ValidationError("--author takes at most \(Draft.maximumAuthorBytes) bytes")
        }
    }

    func run() async throws {
        let name = author ?? ProcessInfo.processInfo.environment["USER"] ?? ""
        let server = try await options.followed()
        let person = Person(name: name.isEmpty ? nil : name, server: server, patience: options.patience)
        if isTerminal(0) && isTerminal(1) {
            try await TerminalChat(person, board: board).run()
        } else {
            try await PipedChat(person, board: board).run()
        }
    }
}

/// Who talks, and to which server.
struct Person: Sendable {
    /// The author of what is published.
    let name: String?
    let server: any FollowedServer
    let patience: Duration

    /// Follows a board.
    func follower(of board: BoardName, newest count: Int) -> BoardFollower {
        BoardFollower(server: server, pattern: BoardPattern(board), start: .newest(count), startTimeout: patience)
    }

    /// The boards that there are, a line each.
    func boards(_ follower: BoardFollower) async -> [String] {
        do {
            guard let boards = try await follower.boards() else { return ["not connected; try again"] }
            if boards.isEmpty { return ["no board has a message yet"] }
            return boards.sorted { $0.key.text < $1.key.text }.map { "\($0.key.text)  newest message \($0.value)" }
        } catch {
            return [harmless("\(error)")]
        }
    }

    /// The last messages of a board, a line each.
    func last(_ count: Int, of board: BoardName) async -> [String] {
        var lines: [String] = []
        do {
            try await server.last(count, of: board) {
                lines.append(MessagePrinter(json: false).line($0, colours: false))
            }
            return lines.isEmpty ? ["nothing was said on \(board) yet"] : lines
        } catch {
            return [harmless("\(error)")]
        }
    }
}
