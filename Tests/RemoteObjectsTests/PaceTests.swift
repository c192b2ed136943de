import Dispatch
import Distributed
import RemoteObjects
import Testing

/// Calls that keep the thread that they run on.
struct PaceTests {
    private static let (short, long) = (Duration.microseconds(100), Duration.seconds(2))

    private func pace(after calls: [(count: Int, time: Duration)]) -> CallPace {
        let pace = CallPace()
        for call in calls { for _ in 0..<call.count { pace.took(call.time) } }
        return pace
    }

    @Test func `a new function is not trusted until its calls have been short for a while`() {
        #expect(!CallPace().isQuick)
        #expect(!pace(after: [(CallPace.trial - 1, Self.short)]).isQuick)
        #expect(pace(after: [(CallPace.trial, Self.short)]).isQuick)
        #expect(!pace(after: [(CallPace.trial - 1, Self.short), (1, Self.long), (1, Self.short)]).isQuick)
        #expect(!pace(after: [(1_000, Self.long)]).isQuick)
    }

    @Test func `one long call is forgiven, two are not, and then the trial is longer`() {
        let trial = CallPace.trial
        #expect(pace(after: [(trial, Self.short), (1, Self.long)]).isQuick)
        #expect(pace(after: [(trial, Self.short), (1, Self.long), (trial, Self.short), (1, Self.long)]).isQuick)
        #expect(!pace(after: [(trial, Self.short), (2, Self.long)]).isQuick)
        #expect(!pace(after: [(trial, Self.short), (2, Self.long), (2 * trial - 1, Self.short)]).isQuick)
        #expect(pace(after: [(trial, Self.short), (2, Self.long), (2 * trial, Self.short)]).isQuick)
    }

    @Test func `a call that keeps its thread holds up nobody who calls other objects`() async throws {
        try await serving { system, _ async throws in
            let gate = Gate()
            let blocker = try await system.named("blocker") { Blocker(gate, actorSystem: $0) }
            let neighbour = try await system.named("neighbour") { Neighbour(actorSystem: $0) }
            let uris = (system.uri(of: blocker), system.uri(of: neighbour))
            async let wasFreed = Blocker.resolve(id: RemoteObjectID(uris.0), using: client()).keepThread()
            await gate.entered()
            // As many connections as make sure that every event loop has some.
            for number in 0..<16 {
                let there = try Neighbour.resolve(id: RemoteObjectID(uris.1), using: client())
                #expect(try await there.next(number) == number + 1)
            }
            gate.open()
            #expect(try await wasFreed)
        }
    }

    private func client() -> PyroActorSystem { PyroActorSystem(logger: quiet) }
}

private distributed actor Neighbour {
    typealias ActorSystem = PyroActorSystem

    distributed func next(_ number: Int) -> Int { number + 1 }
}

private distributed actor Blocker {
    typealias ActorSystem = PyroActorSystem

    private let gate: Gate

    init(_ gate: Gate, actorSystem: PyroActorSystem) {
        self.gate = gate
        self.actorSystem = actorSystem
    }

    /// Whether somebody opened the gate: nobody can while this keeps the thread that he is served by.
    distributed func keepThread() -> Bool { gate.waitWithoutSuspending() }
}

/// Holds up a thread as a long computation does.
private final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
    private static let patience = DispatchTimeInterval.seconds(10)

    func waitWithoutSuspending() -> Bool {
        arrival.finish()
        return semaphore.wait(timeout: .now() + Self.patience) == .success
    }

    func entered() async { for await _ in arrivals {} }

    func open() { semaphore.signal() }
}
