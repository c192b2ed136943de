import Foundation
import Logging
import ServerForTests
import ServerModels
import Testing

/// Every model.
let models = ModelName.all(cores: 2)
/// Every model that serves more than one client.
let lastingModels = models.filter { $0 != .oneClient }
/// Every model that serves several clients at a time.
let parallelModels = lastingModels.filter { $0 != .sequential }

/// A server while a test's body runs.
struct Serving: Sendable {
    let server: ModelServer
    let port: Int

    var counters: Counters { server.counters }

    func client() async throws -> Client { try await Client(port) }
}

/// Serves while the body runs, then stops, and expects that nothing is left.
@discardableResult
func serving<Value: Sendable>(
    _ model: ModelName, _ service: any Service = Script(), _ serviceName: String = "script",
    limits: ModelLimits = ModelLimits(), sourceLocation: SourceLocation = #_sourceLocation,
    _ body: @escaping @Sendable (Serving) async throws -> Value
) async throws -> Value {
    let server = try ModelServer(
        model, service: service, host: "127.0.0.1", port: 0, limits: limits, worker: worker(serviceName), logger: quiet)
    let serving = Serving(server: server, port: try #require(portOf(server.endpoint)))
    async let running: Void = server.run()
    let value: Value
    do { value = try await body(serving) } catch {
        server.stop()
        throw error
    }
    server.stop()
    try await running
    expectNothingLeft(server.counters.snapshot, sourceLocation: sourceLocation)
    await #expect(throws: Client.Failed.self, "it still listens", sourceLocation: sourceLocation) {
        _ = try await Client(serving.port)
    }
    return value
}

/// Nobody is open, served, queued or busy, and no thread counted, when a server has ended.
func expectNothingLeft(_ counters: Counters.Snapshot, sourceLocation: SourceLocation = #_sourceLocation) {
    let left = [counters.open, counters.served, counters.queued, counters.busy, counters.threads]
    #expect(
        left == [0, 0, 0, 0, 0], "open, served, queued, busy, threads in \(counters)", sourceLocation: sourceLocation)
}

/// Waits until something is so; a minute at most.
func eventually(
    _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ isSo: () -> Bool
) async throws {
    for _ in 0..<12_000 where !isSo() { try await Task.sleep(for: .milliseconds(5)) }
    try #require(isSo(), "\(what): has not come to be", sourceLocation: sourceLocation)
}

/// The port at the end of an endpoint.
func portOf(_ endpoint: String) -> Int? { endpoint.split(separator: ":").last.flatMap { Int($0) } }

/// How to start a worker process for a service of `ServerForTests`.
func worker(_ service: String) -> WorkerCommand {
    WorkerCommand(executable: helper.path, arguments: ["worker", service])
}

/// The program `ServerForTests`, which is built beside the tests.
let helper = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "ServerForTests")

/// Says nothing.
let quiet: Logger = {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
}()
