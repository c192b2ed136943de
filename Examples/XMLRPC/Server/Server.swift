// Figure 5.4 of the notes: a message board whose methods are called from anywhere. A method is a Swift function; the router reads the
// call, checks its parameters against the function's, and writes the answer. It also answers system.listMethods,
// system.methodSignature and system.methodHelp by itself: the description of the methods that other systems keep in an IDL file is
// asked for while the program runs.
//
// Try: XMLRPCExampleServer --port 7777
//      python3 -c 'import xmlrpc.client as x; print(x.ServerProxy("http://127.0.0.1:7777").system.listMethods())'

import ArgumentParser
import Foundation
import Hummingbird
import Logging
import NIOCore
import XMLRPC

@main
struct Server: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "XMLRPCExampleServer", abstract: "A message board by XML-RPC, in memory.")

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port; 0 is any free one.")
    var port = 7_777

    func run() async throws {
        let methods = Self.methods(of: MessageBoard())
        let router = Router()
        router.post("/RPC2") { request, _ in
            let call = try await request.body.collect(upTo: XMLRPCLimits().documentBytes)
            let answer = await methods.answer(Array(call.readableBytesView))
            return Response(
                status: .ok, headers: [.contentType: "text/xml"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer)))
        }
        var logger = Logger(label: "server")
        logger.logLevel = .warning
        let server = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { channel in say("Listening on \(host):\(channel.localAddress?.port ?? 0)") },
            logger: logger)
        try await server.runService()
        say("Terminating ...")
    }

    /// Swift has no default values for the parameters of a closure: a method that may be called with fewer is registered twice.
    private static func methods(of board: MessageBoard) -> XMLRPCRouter<Void> {
        var methods = XMLRPCRouter<Void>()
        methods.register("publish", help: "Keeps a message, and gives its number.") { (text: String) in
            await board.publish(text)
        }
        methods.register("publish", help: "Keeps a message that came from [ip, port].") {
            (text: String, source: [XMLRPCValue]) in
            guard source.count == 2, case .string(let ip) = source[0], case .int(let port) = source[1] else {
                throw XMLRPCFault.invalidParameters("the source has to be [ip, port]")
            }
            return await board.publish(text, ip: ip, port: Int(port))
        }
        methods.register("last", help: "The numbers of all messages, oldest first.") { await board.last(0) }
        methods.register("last", help: "The numbers of the newest n messages, oldest first; 0 for all.") {
            (count: Int) in
            await board.last(count)
        }
        methods.register("get", help: "A message: [time, ip, port, text].") { (number: Int) in
            try await board.message(number)
        }
        return methods
    }
}

/// A line at once, also into a pipe.
private func say(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
}
