// Figure 5.5 of the notes: publishes a message and prints the newest ones, by calling a server's methods as if they were functions of
// this program. Nothing here knows whether the server is the Swift or the Python one.
//
// Try: XMLRPCExampleClient 'Hello, world!'
//      date | XMLRPCExampleClient --last 3 -

import ArgumentParser
import Foundation
import XMLRPC
import XMLRPCClient

@main
struct Client: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "XMLRPCExampleClient",
        abstract: "Publishes on a message board by XML-RPC, and prints what is on it.")

    @Option(help: "The server's address.")
    var host = "127.0.0.1"

    @Option(help: "The server's port.")
    var port = 7_777

    @Option(help: "How many of the newest messages to print; 0 for all.")
    var last = 0

    @Argument(help: "What to publish; - for standard input; nothing when it is left out.")
    var message = ""

    func run() async throws {
        let board = try ServerProxy("http://\(host):\(port)")
        let text =
            message == "-" ? String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self) : message
        do {
            let methods: [String] = try await board.call("system.listMethods")
            log("Remote methods are: [\(methods.filter { !$0.hasPrefix("system.") }.sorted().joined(separator: ","))]")
            if !text.isEmpty {
                let number: Int = try await board.call("publish", text)
                log("Message \(number) published")
            }
            for number: Int in try await board.call("last", max(last, 0), returning: [Int].self) {
                print(try Self.line(try await board.call("get", number)))
            }
        } catch XMLRPCClientError.notSent(let reason) {
            throw ExitCode(complaining: "Nothing was sent: \(reason)", 69)
        } catch XMLRPCClientError.fault(let fault) {
            throw ExitCode(complaining: "The server said no: \(fault)", 1)
        }
        await board.shutdown()
    }

    /// `[time, ip, port, text]` in a line.
    private static func line(_ message: [XMLRPCValue]) throws -> String {
        guard message.count == 4, case .double(let time) = message[0], case .string(let ip) = message[1],
            case .int(let port) = message[2], case .string(let text) = message[3]
        else { throw ExitCode(complaining: "The server gave something else than a message", 1) }
        let date = Date(timeIntervalSince1970: time).formatted(.iso8601)
        return "[\(date)] \(ip):\(port) -> \(text)"
    }
}

private func log(_ line: String) {
    FileHandle.standardError.write(Data("\(line)\n".utf8))
}

extension ExitCode {
    /// The exit code after a line on standard error.
    fileprivate init(complaining line: String, _ code: Int32) {
        log(line)
        self.init(code)
    }
}
