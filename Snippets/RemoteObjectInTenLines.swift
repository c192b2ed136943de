// A distributed actor that Python calls.
//
//     swift run RemoteObjectInTenLines

import Distributed
import RemoteObjects

distributed actor Greeter {
    typealias ActorSystem = PyroActorSystem
    distributed func greet(_ name: String) -> String { "Hello, \(name)!" }
}

let system = PyroActorSystem()
let server = try await PyroServer(system, port: 7799)
let greeter = try await system.named("greeter") { Greeter(actorSystem: $0) }
print("Serving \(system.uri(of: greeter))")
try await server.run()
