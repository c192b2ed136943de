import Foundation
import RemoteObjects

/// The Swift half of every example: `RemoteObjectsExample account serve` says a URI, `RemoteObjectsExample account call URI` calls
/// what is there.
@main
struct RemoteObjectsExample {
    static func main() async throws {
        let words = CommandLine.arguments.dropFirst()
        let uris = Array(words.dropFirst(2))
        switch (words.prefix(2).joined(separator: " "), uris.count) {
        case ("account serve", 0): try await serveAccount()
        case ("account call", 1): try await callAccount(uris[0])
        case ("counter serve", 0): try await serveCounters()
        case ("counter call", 2): try await callCounter(at: uris[0], then: uris[1])
        case ("callback serve", 0): try await serveWorker()
        case ("callback call", 1): try await callWorker(uris[0])
        case ("stream serve", 0): try await serveCountdown()
        case ("stream call", 1): try await callCountdown(uris[0])
        default:
            let usage = "RemoteObjectsExample account|counter|callback|stream serve, or call URI (of counter: two)\n"
            FileHandle.standardError.write(Data(usage.utf8))
            exit(64)
        }
    }
}

/// Says where an object is, and serves it until the process ends.
func serve(_ make: (PyroActorSystem) async throws -> String) async throws {
    let system = PyroActorSystem()
    let server = try await PyroServer(system, port: 0)
    say(try await make(system))
    try await server.run()
}

/// A line at once, also into a pipe.
func say(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
}
