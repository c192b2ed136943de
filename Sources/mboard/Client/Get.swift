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
        let message = try await options.client().message(id)
        if options.json {
            MessagePrinter(json: true).print(message)
        } else if isTerminal(1) {
            output(line: harmless(String(decoding: message.body, as: UTF8.self), keepingLines: true))
        } else {
            output(message.body)
        }
    }
}
