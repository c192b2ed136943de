import HTTPTypes
public import Hummingbird
import HummingbirdCore
public import Logging
public import MessageBoard
import NIOCore
import XMLRPC

/// `/RPC2`: the board by XML-RPC.
public struct XMLRPCRoutes: HTTPRoutes {
    private let methods: XMLRPCRouter<XMLRPCCaller>
    private let limits: HTTPLimits

    /// - Parameter servesValidator: whether the methods of the validator1 suite are there too, for tests.
    public init(board: any Board, limits: HTTPLimits, servesValidator: Bool = false, logger: Logger) {
        var documents = XMLRPCLimits()
        documents.documentBytes = limits.bodyBytes
        var methods = XMLRPCRouter<XMLRPCCaller>(limits: documents) { (method: String, error: any Error) in
            logger.error("a method failed", metadata: ["method": "\(method)", "error": "\(type(of: error))"])
        }
        BoardMethods(board: board, limits: limits).register(on: &methods)
        if servesValidator { methods.registerValidator1() }
        self.methods = methods
        self.limits = limits
    }

    /// Adds `POST /RPC2`.
    public func addRoutes(to router: Router<HTTPContext>) {
        router.post("RPC2") { request, context in
            guard let origin = context.origin else { throw HTTPError(.badRequest) }
            let document = try await request.body.collect(upTo: limits.bodyBytes)
            let answer = await methods.answer(Array(document.readableBytesView), in: XMLRPCCaller(origin: origin))
            return Response(
                status: .ok, headers: [.contentType: "text/xml; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer)))
        }
        router.refuseOthers(than: .post, on: "RPC2")
    }
}
