import ArgumentParser
import BoardClient
import BoardWire
import Foundation
import MessageBoard

struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish a message; prints its number once the server has it on disk.",
        discussion: """
            mboard publish 'Hello, world!'
            mboard publish --author ada --attribute title=Notes - < notes.txt
            mboard publish --via session film.mp4

            With --via session the argument is a file when there is one of that name, else a text. A file is never \
            whole in memory; nor is standard input: from 1 MiB on it goes through a file in TMPDIR (/var/tmp) that is \
            gone afterwards.
            """)

    @OptionGroup var options: ClientOptions

    @Option(help: ArgumentHelp("Who writes it.", valueName: "name"))
    var author: String?

    @Option(help: ArgumentHelp("A short named string that goes along (repeatable).", valueName: "name=value"))
    var attribute: [String] = []

    @Argument(help: "The text, or - for standard input (any bytes); with --via session also a file.")
    var text: String

    func run() async throws {
        let content = try Content(text, via: options.via)
        guard content.count <= Draft.maximumBodyBytes else {
            throw ValidationError("the message is over the limit of \(Draft.maximumBodyBytes) bytes")
        }
        let request = PublishRequest(
            board: options.board, author: author, attributes: try attributes(), body: content.text ?? [])
        do { _ = try request.draft(from: Origin(address: "", port: 0, road: .tcp)) } catch {
            throw ValidationError("\(error)")
        }
        let bar = ProgressBar.onTerminal()
        let client = try await options.client { bar?.show($0) }
        defer { bar?.clear() }
        let id =
            switch content {
            case .text: try await client.publish(request)
            case .file(let file): try await client.publish(request, body: file)
            }
        bar?.clear()
        if options.json {
            MessagePrinter(json: true).print(try await client.message(id))
        } else {
            output(line: "\(id)")
        }
    }

    /// What is published.
    private enum Content {
        case text([UInt8])
        case file(MessageFile)

        /// Bytes of standard input that do not go through a file.
        private static let inMemory = 1 << 20

        /// - Throws: `MessageFileError`, `InputError`.
        init(_ argument: String, via: Via) throws {
            if argument == "-" {
                let beginning = try input(upTo: Self.inMemory)
                self =
                    beginning.count < Self.inMemory
                    ? .text(beginning)
                    : .file(try MessageFile(beginning, spooling: 0, upTo: Draft.maximumBodyBytes))
            } else if via == .session, Self.isFile(argument) {
                if isTerminal(2) { complain("mboard: publishing the file \(harmless(argument))") }
                self = .file(try MessageFile(path: argument))
            } else {
                if via == .session, isTerminal(2) { complain("mboard: publishing the text: there is no such file") }
                self = .text(Array(argument.utf8))
            }
        }

        var count: Int {
            switch self {
            case .text(let text): text.count
            case .file(let file): file.count
            }
        }

        var text: [UInt8]? {
            if case .text(let text) = self { text } else { nil }
        }

        private static func isFile(_ path: String) -> Bool {
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
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
