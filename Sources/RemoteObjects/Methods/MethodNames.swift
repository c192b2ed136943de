import Distributed
import Synchronization

/// The names that go over the wire for the functions that this program calls.
final class MethodNames: Sendable {
    static let program = MethodNames()

    private let known = Mutex<[String: String]>([:])

    /// - Parameter identifier: the mangled name; there are as many as the program has distributed functions.
    subscript(_ identifier: String) -> String? {
        if let name = known.withLock({ $0[identifier] }) { return name }
        guard let name = MethodName(identifier: identifier)?.method else { return nil }
        known.withLock { $0[identifier] = name }
        return name
    }
}
