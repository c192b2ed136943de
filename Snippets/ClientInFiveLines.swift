// A client of XML-RPC in five lines: two calls, with the types that their places want, on one connection.
import XMLRPCClient

let board = try ServerProxy("http://localhost:7780/RPC2")
let id: Int = try await board.call("publish", "Hello, world!")
let newest: [Int] = try await board.call("last", 3)
print("published as \(id); the newest are \(newest)")
await board.shutdown()
