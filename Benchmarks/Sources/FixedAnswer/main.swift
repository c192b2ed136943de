// Hummingbird with its defaults and one route: whatever is posted to /RPC2 gets the same XML document back.
// Prints the port it listens on (any free one, on loopback), then serves until it is ended. What the board's HTTP road
// does on top of it (the checks, the XML, the board) is the difference between the two.
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

let document = ByteBuffer(
    string: """
        <?xml version="1.0"?><methodResponse><params><param><value><int>1</int></value></param></params></methodResponse>
        """)
let longestBody = 1 << 20  // bytes

let router = Router()
router.post("/RPC2") { request, _ in
    _ = try await request.body.collect(upTo: longestBody)
    return Response(status: .ok, headers: [.contentType: "text/xml"], body: ResponseBody(byteBuffer: document))
}

var logger = Logger(label: "fixed answer")
logger.logLevel = .error
let application = Application(
    router: router,
    configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
    onServerRunning: { channel in
        print(channel.localAddress!.port!)
        fflush(nil)
    },
    logger: logger)
try await application.runService()
