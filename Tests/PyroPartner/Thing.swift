package import Distributed
package import PyroPartnerInterface
package import PyroWire
package import RemoteObjects

/// The object of the tests, in Swift.
package distributed actor Thing: Partner, RemoteObject {
    package typealias ActorSystem = PyroActorSystem

    package static var remoteAttributes: Set<String> { ["size"] }
    package static var oneWayMethods: Set<String> { ["grow"] }

    private let title: String
    private var held = 0
    private let ended: (@Sendable () -> Void)?

    package init(_ title: String, actorSystem: PyroActorSystem, ended: (@Sendable () -> Void)? = nil) {
        self.title = title
        self.actorSystem = actorSystem
        self.ended = ended
    }

    deinit { ended?() }

    package distributed func echo(_ text: String) -> String { text }
    package distributed func add(_ first: Int, to second: Int) -> Int { first + second }
    package distributed func anything(_ value: PyroValue) -> PyroValue { value }
    package distributed func order(_ item: Item) -> Item { item }
    package distributed func nothing() {}
    package distributed func fail(_ text: String) throws -> Int { throw PyroException.builtin("ValueError", text) }
    package distributed func withdraw(_ amount: Int) throws -> Int { throw Overdrawn(missing: amount) }
    package distributed func size() -> Int { held }
    package distributed func setSize(_ size: Int) { held = size }
    package distributed func grow(_ by: Int) { held += by }
    package distributed func optional(_ first: Int, second: Int?, third: String?) -> String {
        "\(first) \(second ?? -1) \(third ?? "none")"
    }

    package distributed func count(upTo limit: Int) -> RemoteStream<Int> {
        RemoteStream(
            AsyncStream { items in
                for number in 0..<limit { items.yield(number) }
                items.finish()
            })
    }

    package distributed func breakingCount() -> RemoteStream<Int> {
        RemoteStream(
            AsyncThrowingStream<Int, any Error> { items in
                items.yield(0)
                items.yield(1)
                items.finish(throwing: Overdrawn(missing: 2))
            })
    }

    package distributed func child(_ name: String) -> Reference<$Partner<PyroActorSystem>> {
        Reference(to: Thing(name, actorSystem: actorSystem, ended: ended))
    }

    package distributed func name() -> String { title }
    package distributed func nameOf(_ other: Reference<$Partner<PyroActorSystem>>) async throws -> String {
        try await other.object.name()
    }

    package distributed func generic<Value: Codable & Sendable>(_ values: [Value]) -> Value? { values.last }

    package distributed func sleep(_ seconds: Double) async throws -> String {
        try await Task.sleep(for: .seconds(seconds))
        return "slept"
    }
}
