import ArgumentParser
import BoardClient
import MessageBoard

struct Last: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the newest messages of a board, oldest first.",
        discussion: """
            A line holds the number, the time, who wrote it or where it came from, and the text; in a text, control \
            characters are shown as signs (␊ for a line's end). --json and `mboard get` have the bytes as they are.
            """)

    @OptionGroup var options: ClientOptions

    @Argument(help: ArgumentHelp("How many; 0 for all.", valueName: "n"))
    var count = 10

    func run() async throws {
        let printer = MessagePrinter(json: options.json)
        try await options.client().last(count > 0 ? count : nil, of: options.board, printer.print)
    }
}
