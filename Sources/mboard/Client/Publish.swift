import ArgumentParser
import BoardClient
import BoardWire
import MessageBoard

struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish a message; prints its number once the server has it on disk.",
        discussion: """
            mboard publish 'Hello, world!'
            mboard publish --author ada --attribute title=Notes - < notes.txt
            """)

    @OptionGroup var options: ClientOptions

    @Option(help: ArgumentHelp("Who writes it.", valueName: "name"))
    var author: String?

    @Option(help: ArgumentHelp("A short named string that goes along (repeatable).", valueName: "name=value"))
    var attribute: [String] = []

    @Argument(help: "The text, or - for standard input (any bytes).")
    var text: String

    func run() async throws {
        let body = text == "-" ? try input(upTo: Draft.maximumBodyBytes + 1) : Array(text.utf8)
        guard body.count <= Draft.maximumBodyBytes else {
            throw ValidationError("the message is over the limit of \(Draft.maximumBodyBytes) bytes")
        }
        let request = PublishRequest(board: options.board, author: author, attributes: try attributes(), body: body)
        do { _ = try request.draft(from: Origin(address: "", port: 0, road: .tcp)) } catch {
            throw ValidationError("\(error)")
        }
        let client = try await options.client()
        let id = try await client.publish(request)
        if options.json {
            MessagePrinter(json: true).print(try await client.message(id))
        } else {
            output(line: "\(id)")
        }
    }

    private func attributes() throws -> Attributes {
        var values: [String: String] = [:]
        for pair in attribute {
            guard let equals = pair.firstIndex(of: "=") else {
                throw ValidationError("--attribute takes NAME=VALUE, not \"\(pair)\"")
            }
            values[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
        }
        do { return try Attributes(values) } catch { throw ValidationError("\(error)") }
    }
}
