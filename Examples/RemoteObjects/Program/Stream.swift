// A stream: an AsyncSequence here, a generator there.

import Distributed
import RemoteObjects
import RemoteObjectsExampleInterface

distributed actor SwiftCountdown: Countdown {
    typealias ActorSystem = PyroActorSystem

    distributed func count(from start: Int) -> RemoteStream<Int> {
        RemoteStream(
            AsyncStream { items in
                for number in (0...start).reversed() { items.yield(number) }
                items.finish()
            })
    }
}

func serveCountdown() async throws {
    try await serve { system in
        let countdown = try await system.named("countdown") { SwiftCountdown(actorSystem: $0) }
        return system.uri(of: countdown)
    }
}

func callCountdown(_ uri: String) async throws {
    let countdown = try $Countdown.resolve(id: RemoteObjectID(uri), using: PyroActorSystem())
    for try await number in try await countdown.count(from: 3) { say("\(number)") }
    // Left early: the object makes no more.
    for try await number in try await countdown.count(from: 1_000_000) {
        say("\(number)")
        break
    }
}
