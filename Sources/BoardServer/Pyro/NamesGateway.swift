public import Logging
import MessageBoard
import PyroWire
import RemoteObjects
public import ServiceLifecycle

/// A name server for remote objects beside the board's, which are among its names. Anybody may register others.
public struct NamesGateway: Service {
    /// Where it listens, as `host:port`.
    public let endpoint: String
    private let server: PyroServer
    private let sweeper: NameSweeper
    private let store: SQLiteNameStore?

    /// Binds it, and registers the board's objects.
    ///
    /// - Parameters:
    ///   - file: keeps the names; in memory when it is `nil`.
    ///   - objects: where the board's objects are, as `host:port`, if they are anywhere.
    /// - Throws: ``BindError``; `NameStoreError` when the file cannot be used.
    public init(host: String, port: Int, file: String?, objects: String?, logger: Logger) async throws {
        store = try file.map { try SQLiteNameStore(path: $0) }
        let system = PyroActorSystem(logger: logger)
        do {
            server = try await PyroServer(system, host: host, port: port)
        } catch {
            let place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
            throw BindError(road: .names, endpoint: place, error)
        }
        endpoint = server.endpoint
        let names = try await NameServer.start(on: system, store: store ?? MemoryNameStore(), logger: logger)
        for object in PyroGateway.objects {
            guard let objects else { break }
            try await names.register(
                name: .string(object), uri: .string("PYRO:\(object)@\(objects)"), safe: false, metadata: ["mboard"])
        }
        sweeper = NameSweeper(names)
    }

    /// Serves until the task is cancelled, or a graceful stop.
    public func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await server.run() }
            group.addTask { try await sweeper.run() }
        }
        try store?.close()
    }
}
