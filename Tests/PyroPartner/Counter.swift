package import Distributed
package import RemoteObjects

/// An object that is put away and moved, in the tests.
package distributed actor Counter: Persistent, RemoteObject {
    package typealias ActorSystem = PyroActorSystem

    package static var remoteAttributes: Set<String> { ["value"] }

    private let name: String
    private var number: Int

    package init(named name: String, restoring state: Int?, actorSystem: PyroActorSystem) throws {
        guard name != "forbidden" else { throw Forbidden() }
        self.name = name
        self.actorSystem = actorSystem
        number = state ?? 0
    }

    package func state() -> Int { number }

    package distributed func increment() -> Int {
        number += 1
        return number
    }

    package distributed var value: Int { number }
    package distributed func whoami() -> String { name }

    package distributed func slowly(seconds: Double) async throws -> Int {
        try await Task.sleep(for: .seconds(seconds))
        return increment()
    }

    private struct Forbidden: RemoteError, CustomStringConvertible {
        var description: String { "there is no such counter" }
        var pythonException: PythonException { .permissionError }
    }
}
