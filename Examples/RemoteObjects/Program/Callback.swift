// A callback: who calls passes an object of its own, and is called.

import Distributed
import RemoteObjects
import RemoteObjectsExampleInterface

distributed actor HardWorker: Worker {
    typealias ActorSystem = PyroActorSystem

    distributed func work(_ steps: Int, telling listener: Reference<$Listener<PyroActorSystem>>) async throws -> String
    {
        for step in 1...steps { try await listener.object.told("step \(step)") }
        return "done"
    }
}

distributed actor PrintingListener: Listener {
    typealias ActorSystem = PyroActorSystem

    distributed func told(_ news: String) { say("told: \(news)") }
}

func serveWorker() async throws {
    try await serve { system in
        let worker = try await system.named("worker") { HardWorker(actorSystem: $0) }
        return system.uri(of: worker)
    }
}

func callWorker(_ uri: String) async throws {
    let system = PyroActorSystem()
    // Who passes an object of its own has a server, too.
    let server = try await PyroServer(system, port: 0)
    async let _ = server.run()
    let worker = try $Worker.resolve(id: RemoteObjectID(uri), using: system)
    let listener = PrintingListener(actorSystem: system)
    say(try await worker.work(3, telling: Reference(to: listener)))
    // The task that serves is a child of this function, and ends with it.
}
