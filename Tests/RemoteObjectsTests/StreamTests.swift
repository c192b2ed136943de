import Distributed
import RemoteObjects
import Synchronization
import Testing

/// How long a stream is kept for a client that does not ask for its next item.
struct StreamTests {
    /// Everything that ends for lack of calls ends within seconds.
    private static let hasty = {
        var limits = RemoteObjectLimits()
        (limits.streamSeconds, limits.leaseSeconds) = (0.2, 0.3)
        (limits.pingSeconds, limits.idleSeconds) = (1.5, 1.5)
        return limits
    }()

    @Test func `a stream stays with a client that is slow, whose other connections have ended`() async throws {
        try await serving(limits: Self.hasty) { system, _ async throws in
            let ends = Ends()
            let source = try await system.named("source") { Source(ends, actorSystem: $0) }
            let id = try RemoteObjectID(system.uri(of: source))
            var slow = try await Source.resolve(id: id, using: client()).numbers().makeAsyncIterator()
            #expect(try await slow.next() == 0)
            // A stream that nobody iterates over goes with its connection, which is closed when it has been idle for long. It is younger
            // than the first one: by then that would have gone, too.
            let idle = client()
            _ = try await Source.resolve(id: id, using: idle).numbers()
            try await eventually("what nobody reads is given up") { ends.count > 0 }
            withExtendedLifetime(idle) {}
            #expect(try await slow.next() == 1)
        }
    }

    private func client() -> PyroActorSystem { PyroActorSystem(limits: Self.hasty, logger: quiet) }
}

private distributed actor Source {
    typealias ActorSystem = PyroActorSystem

    private let ends: Ends

    init(_ ends: Ends, actorSystem: PyroActorSystem) {
        self.ends = ends
        self.actorSystem = actorSystem
    }

    distributed func numbers() -> RemoteStream<Int> {
        let (numbers, number) = AsyncStream.makeStream(of: Int.self)
        number.onTermination = { [ends] _ in ends.add() }
        for next in 0..<10 { number.yield(next) }
        return RemoteStream(numbers)
    }
}

/// Counts the streams that have ended.
private final class Ends: Sendable {
    private let number = Mutex(0)

    var count: Int { number.withLock { $0 } }

    func add() { number.withLock { $0 += 1 } }
}
