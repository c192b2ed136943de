package import Distributed
package import PyroWire
package import RemoteObjects

/// What the objects of the tests can do, on either side and in either language.
@Resolvable
package protocol Partner: DistributedActor where ActorSystem: DistributedActorSystem<any Codable> {
    distributed func echo(_ text: String) async throws -> String
    distributed func add(_ first: Int, to second: Int) async throws -> Int
    /// Any value at all, unchanged.
    distributed func anything(_ value: PyroValue) async throws -> PyroValue
    distributed func order(_ item: Item) async throws -> Item
    distributed func nothing() async throws
    /// Throws what Python calls ValueError.
    distributed func fail(_ text: String) async throws -> Int
    /// Throws ``Overdrawn``.
    distributed func withdraw(_ amount: Int) async throws -> Int
    /// An attribute.
    distributed func size() async throws -> Int
    distributed func setSize(_ size: Int) async throws
    /// One-way.
    distributed func grow(_ by: Int) async throws
    distributed func count(upTo limit: Int) async throws -> RemoteStream<Int>
    /// Gives two items, and fails.
    distributed func breakingCount() async throws -> RemoteStream<Int>
    distributed func child(_ name: String) async throws -> Reference<$Partner<PyroActorSystem>>
    distributed func name() async throws -> String
    /// Calls `name` of the object that it is given.
    distributed func nameOf(_ other: Reference<$Partner<PyroActorSystem>>) async throws -> String
    distributed func sleep(_ seconds: Double) async throws -> String
}

/// A value by value.
package struct Item: Codable, Sendable, Hashable {
    package var title: String
    package var price: Double
    package var tags: [String]
    package var parts: [Item]
    package var note: String?

    package init(title: String, price: Double, tags: [String] = [], parts: [Item] = [], note: String? = nil) {
        self.title = title
        self.price = price
        self.tags = tags
        self.parts = parts
        self.note = note
    }
}

/// An error with a type that both sides know.
package struct Overdrawn: RemoteError, Hashable, CustomStringConvertible {
    package var missing: Int

    package init(missing: Int) {
        self.missing = missing
    }

    package var pythonException: PythonException { .valueError }
    package var description: String { "\(missing) short" }
}
