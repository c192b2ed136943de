import Foundation
import NIOSSL
import PyroPartnerInterface
import PyroWire
import RemoteObjects

/// The Swift half of the tests with Pyro5.
///
///     PyroPartner serve [CERTIFICATE KEY]              serves a Thing; says its URI; ends with its standard input
///     PyroPartner call URI SERIALIZER [CERTIFICATE]    does everything with an object, in either language; a JSON line for
///                                                      each operation
@main
struct PyroPartner {
    static func main() async throws {
        let arguments = CommandLine.arguments
        switch arguments[1] {
        case "serve":
            try await serve(
                arguments.count < 4
                    ? nil
                    : .makeServerConfiguration(
                        certificateChain: try NIOSSLCertificate.fromPEMFile(arguments[2]).map { .certificate($0) },
                        privateKey: .privateKey(try NIOSSLPrivateKey(file: arguments[3], format: .pem))))
        case "call":
            guard let serializer = PyroSerializer(name: arguments[3]) else {
                fatalError("no serializer \(arguments[3])")
            }
            var system = PyroActorSystem(serializer: serializer)
            if arguments.count > 4 {
                var tls = TLSConfiguration.makeClientConfiguration()
                tls.trustRoots = .file(arguments[4])
                system = try PyroActorSystem(serializer: serializer, tls: tls)
            }
            for operation in try await Operations(RemoteObjectID(arguments[2]), system).outcomes() { say(operation) }
        default: fatalError("serve or call")
        }
    }

    private static func serve(_ tls: TLSConfiguration?) async throws {
        let system = PyroActorSystem()
        let server = try await PyroServer(system, port: 0, tls: tls)
        let thing = try await system.named("thing") { Thing("thing", actorSystem: $0) }
        say(system.uri(of: thing))
        let stopper = Thread {
            while readLine() != nil {}
            exit(0)
        }
        stopper.start()
        try await server.run()
    }

    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
