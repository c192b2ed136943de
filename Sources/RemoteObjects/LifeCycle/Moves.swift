import Synchronization

/// Where objects went that were here: who still calls them here is told, and served.
final class Moves: Sendable {
    /// Objects whose new place is known; the oldest is forgotten first.
    private static let remembered = 10_000

    private struct State {
        var places: [String: String] = [:]
        var order: [String] = []
    }

    private let state = Mutex(State())

    subscript(_ object: String) -> RemoteObjectID? {
        state.withLock { $0.places[object] }.map { RemoteObjectID(object: object, location: $0, lease: nil) }
    }

    func note(_ object: String, to place: String) {
        state.withLock { state in
            if state.places.updateValue(place, forKey: object) == nil { state.order.append(object) }
            guard state.order.count > Self.remembered else { return }
            state.places[state.order.removeFirst()] = nil
        }
    }

    func forget(_ object: String) {
        state.withLock { state in
            guard state.places.removeValue(forKey: object) != nil else { return }
            state.order.removeAll { $0 == object }
        }
    }
}
