import ArgumentParser
import BoardClient
import MessageBoard

struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print one message's text.",
        discussion:
            "Into a pipe or a file the bytes go as they are; on a terminal control characters are shown as signs.")

    @OptionGroup var options: ClientOptions

    @Argument(help: ArgumentHelp("The message's number.", valueName: "id"))
    var id: MessageID

    func run() async throws {
        let bar = ProgressBar.onTerminal()
        let client = try await options.client { bar?.show($0) }
        defer { bar?.clear() }
        guard options.json || isTerminal(1) else {
            return try await client.body(of: id) { output($0) }
        }
        let message = try await client.message(id)
        bar?.clear()
        if options.json {
            MessagePrinter(json: true).print(message)
        } else {
            output(line: harmless(String(decoding: message.body, as: UTF8.self), keepingLines: true))
        }
    }
}
