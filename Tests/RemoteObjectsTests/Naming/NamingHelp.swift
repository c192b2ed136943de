import Foundation
import PyroWire
import RemoteObjects
import Synchronization

/// A name server without a network, whose time and store are the test's.
struct NamesForTests {
    let names: NameServer
    let clock: TestClock

    init(
        _ store: any NameStore = MemoryNameStore(), limits: NameServerLimits = NameServerLimits(),
        system: PyroActorSystem = PyroActorSystem()
    ) async throws {
        let clock = TestClock()
        self.clock = clock
        names = try await NameServer.start(on: system, store: store, limits: limits, logger: quiet) { clock.time }
    }

    /// Gives a name, where only these two matter.
    func register(_ name: String, _ uri: String = "PYRO:object@127.0.0.1:5000", _ metadata: PyroValue? = nil)
        async throws
    {
        try await names.register(name: .string(name), uri: .string(uri), safe: nil, metadata: metadata)
    }

    /// All names with their URIs.
    func all(metadata: Bool = false) async throws -> PyroValue {
        try await names.list(prefix: nil, regex: nil, return_metadata: .bool(metadata))
    }

    /// All names, in order.
    func allNames() async throws -> [String] { try await all().keys }
}

/// A clock that goes when it is told to.
final class TestClock: Sendable {
    private let now = Mutex(Duration.zero)

    var time: Duration { now.withLock { $0 } }

    func advance(seconds: Double) {
        now.withLock { $0 += .seconds(seconds) }
    }
}

/// Where the names of a test are kept.
enum StoreKind: String, CaseIterable, Sendable {
    case memory, sqlite

    /// - Parameter directory: for those that need one.
    func make(in directory: TemporaryDirectory) throws -> any NameStore {
        switch self {
        case .memory: MemoryNameStore()
        case .sqlite: try SQLiteNameStore(path: directory.file("names.sqlite"))
        }
    }
}

/// A directory that ends with the test.
final class TemporaryDirectory: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "names-\(UUID())").path

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }
}

extension PyroValue {
    /// Of a dict, those that are texts.
    var keys: [String] { (asEntries ?? []).compactMap(\.key.asText) }

    /// A set of texts.
    static func tags(_ tags: String...) -> PyroValue { .set(tags.map(PyroValue.string)) }
}

/// What something throws, as `Class: message`; `nil` when it throws nothing.
func exception(_ body: () async throws -> Void) async -> String? {
    do {
        try await body()
        return nil
    } catch {
        return "\(error)"
    }
}
