import Logging
import PyroPartner
import PyroPartnerInterface
import PyroWire
import RemoteObjects
import Testing

/// A system with a server, while a test's body runs.
func serving<Value: Sendable>(
    limits: RemoteObjectLimits = RemoteObjectLimits(), admission: @escaping PyroServer.Admission = { _, _ in "hello" },
    _ body: @Sendable @escaping (PyroActorSystem, PyroServer) async throws -> Value
) async throws -> Value {
    let system = PyroActorSystem(limits: limits, logger: quiet)
    let server = try await PyroServer(system, port: 0, admission: admission)
    return try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask {
            try await server.run()
            return nil
        }
        group.addTask { try await body(system, server) }
        defer { group.cancelAll() }
        while let value = try await group.next() {
            if let value { return value }
        }
        throw Ended()
    }
}

/// The server ended before the test did.
struct Ended: Error {}

/// Who calls an object over the network, from a process of its own as far as the object's can tell.
func partner(_ id: String, limits: RemoteObjectLimits = RemoteObjectLimits()) throws -> $Partner<PyroActorSystem> {
    try $Partner.resolve(id: RemoteObjectID(id), using: PyroActorSystem(limits: limits, logger: quiet))
}

/// Waits until something is so; a minute at most.
func eventually(
    _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ isSo: () async throws -> Bool
) async throws {
    for _ in 0..<6_000 {
        if try await isSo() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("\(what): has not come to be", sourceLocation: sourceLocation)
}

/// Says nothing.
let quiet: Logger = {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
}()
