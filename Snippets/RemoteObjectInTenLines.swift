// A distributed actor that Python calls: pip install Pyro5, and then
// python3 -c "from Pyro5.api import Proxy; print(Proxy('PYRO:greeter@127.0.0.1:7799').greet('world'))"
import Distributed
import RemoteObjects

distributed actor Greeter {
    typealias ActorSystem = PyroActorSystem
    distributed func greet(_ name: String) -> String { "Hello, \(name)!" }
}

let system = PyroActorSystem()
let server = try await PyroServer(system, port: 7799)
_ = try await system.named("greeter") { Greeter(actorSystem: $0) }
try await server.run()
