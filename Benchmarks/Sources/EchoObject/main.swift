// A distributed actor that gives back what it is given, until it is ended: what a remote call costs that does nothing.
//
//   EchoObject      prints its port when it listens; the object is bench.echo
import Distributed
import RemoteObjects

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

distributed actor Echo {
    typealias ActorSystem = PyroActorSystem

    distributed func echo(_ text: String) -> String { text }
}

let system = PyroActorSystem()
let server = try await PyroServer(system, port: 0)
let echo = try await system.named("bench.echo") { Echo(actorSystem: $0) }
print(server.endpoint[server.endpoint.lastIndex(of: ":")!...].dropFirst())
fflush(nil)
try await server.run()
