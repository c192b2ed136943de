import Foundation
import PyroPartnerInterface
import PyroWire
import RemoteObjects

/// The Swift half of the tests with Pyro5.
///
///     PyroPartner serve [TOKEN]           serves a Thing; says its URI; ends with its standard input
///     PyroPartner call URI SERIALIZER     does everything with an object, in either language; a JSON line for each operation
@main
struct PyroPartner {
    static func main() async throws {
        let arguments = CommandLine.arguments
        switch arguments[1] {
        case "serve": try await serve(token: arguments.count > 2 ? arguments[2] : nil)
        case "call":
            let serializer = PyroSerializer(name: arguments[3])!
            for operation in try await Operations(RemoteObjectID(arguments[2]), serializer).outcomes() {
                say(operation)
            }
        default: fatalError("serve or call")
        }
    }

    private static func serve(token: String?) async throws {
        let system = PyroActorSystem()
        let server = try await PyroServer(system, port: 0) { handshake, _ in
            guard token == nil || handshake.asText == token else { throw Refused() }
            return "welcome"
        }
        let thing = try await system.named("thing") { Thing("thing", actorSystem: $0) }
        say(system.uri(of: thing))
        let stopper = Thread {
            while readLine() != nil {}
            exit(0)
        }
        stopper.start()
        try await server.run()
    }

    private struct Refused: Error, CustomStringConvertible {
        let description = "the token is wrong"
    }

    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
