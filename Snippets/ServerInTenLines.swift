// A server of XML-RPC in ten lines: a method, its signature and its help, introspection, system.multicall.
import Hummingbird
import XMLRPC

var methods = XMLRPCRouter<Void>()
methods.register("greet", help: "A greeting by name.") { (name: String) in "Hello, \(name)!" }

let http = Router()
http.post("RPC2") { [methods] request, _ in
    let answer = try await methods.answer(Array(request.body.collect(upTo: 1 << 20).readableBytesView))
    return Response(status: .ok, headers: [.contentType: "text/xml"], body: .init(byteBuffer: .init(bytes: answer)))
}
try await Application(router: http, configuration: .init(address: .hostname("127.0.0.1", port: 8000))).runService()
