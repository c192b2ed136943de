// A client of XML-RPC in five lines.
import XMLRPCClient

let server = try ServerProxy("http://127.0.0.1:8000/RPC2")
let greeting: String = try await server.call("greet", "world")
print(greeting)
await server.shutdown()
