import Logging
import PyroWire
import Synchronization

/// What this process holds of other processes' objects: their servers keep them for as long as they hear of it.
///
/// A server counts the references to an object that it gives a process, and the process says how many of them it has done with. Neither
/// can be wrong about an object that is given away and let go at the same time.
final class LeaseKeeper: Sendable {
    fileprivate struct Held {
        weak var lease: Lease?
        /// References that came and are not given back.
        var references: Int
    }

    fileprivate struct Place {
        var held: [String: Held] = [:]
        /// To be told with the next renewal: references that somebody else passed on, and those that are done with.
        var added: [String: Int] = [:]
        var dropped: [String: Int] = [:]
        var isRenewing = false
    }

    private let limits: RemoteObjectLimits
    private let logger: Logger
    private let renew:
        @Sendable (_ place: String, _ added: [String: Int], _ dropped: [String: Int]) async throws -> Void
    private let places = Mutex<[String: Place]>([:])

    /// - Parameter renew: tells a server.
    init(
        _ limits: RemoteObjectLimits, logger: Logger,
        renew: @escaping @Sendable (String, [String: Int], [String: Int]) async throws -> Void
    ) {
        self.limits = limits
        self.logger = logger
        self.renew = renew
    }

    /// A reference has come.
    ///
    /// - Parameter isCounted: whether it came from the object's own server, which has counted it.
    /// - Returns: what keeps it, for as long as this is there.
    func received(_ object: String, at place: String, isCounted: Bool) -> Lease {
        let (lease, begins) = places.withLock { places -> (Lease, Bool) in
            var held = places[place, default: Place()].held[object] ?? Held(lease: nil, references: 0)
            let lease = held.lease ?? Lease { [weak self] in self?.released(object, at: place) }
            held.lease = lease
            held.references += 1
            places[place, default: Place()].held[object] = held
            if !isCounted { places[place]?.added[object, default: 0] += 1 }
            return (lease, places[place]?.begin() ?? false)
        }
        if begins { start(place, atOnce: !isCounted) }
        return lease
    }

    private func released(_ object: String, at place: String) {
        // Not to be dropped under the lock: the end of a lease comes here.
        var another: Lease?
        places.withLock { places in
            guard let held = places[place]?.held[object] else { return }
            // A reference may have come while the last one went.
            another = held.lease
            guard another == nil else { return }
            places[place]?.held[object] = nil
            places[place]?.dropped[object, default: 0] += held.references
        }
    }

    private func start(_ place: String, atOnce: Bool) {
        // Unstructured: it begins with the first reference that comes, and ends when the last is gone and told of.
        let pause = Duration.seconds(limits.leaseSeconds) / 3
        Task { [weak self] in
            var isFirst = atOnce
            while true {
                // Nobody cancels it; who did would end it.
                if !isFirst, (try? await Task.sleep(for: pause)) == nil { return }
                isFirst = false
                guard let self, await self.tell(place) else { return }
            }
        }
    }

    /// - Returns: `false` when nothing of that place is held any more.
    private func tell(_ place: String) async -> Bool {
        let news = places.withLock { places -> (added: [String: Int], dropped: [String: Int])? in
            guard let state = places[place] else { return nil }
            guard !state.held.isEmpty || !state.dropped.isEmpty else {
                places[place] = nil
                return nil
            }
            places[place]?.added = [:]
            places[place]?.dropped = [:]
            return (state.added, state.dropped)
        }
        guard let news else { return false }
        do { try await renew(place, news.added, news.dropped) } catch {
            // Told again with the next one; when none arrives, the server takes this process for gone.
            logger.debug("leases at \(place) could not be renewed: \(error)")
            places.withLock { places in
                places[place]?.added.merge(news.added, uniquingKeysWith: +)
                places[place]?.dropped.merge(news.dropped, uniquingKeysWith: +)
            }
        }
        return true
    }
}

extension LeaseKeeper.Place {
    /// - Returns: `true` the first time.
    fileprivate mutating func begin() -> Bool {
        defer { isRenewing = true }
        return !isRenewing
    }
}
