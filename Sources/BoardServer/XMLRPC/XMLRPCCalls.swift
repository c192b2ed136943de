public import Logging
public import MessageBoard
import XMLRPC

/// `/RPC2`: the board by XML-RPC.
public struct XMLRPCCalls: HTTPCall {
    /// Where XML-RPC is called by custom.
    public let path = "/RPC2"
    /// As the specification has it; the answers are UTF-8.
    public let contentType = "text/xml; charset=utf-8"

    private let methods: XMLRPCRouter<XMLRPCCaller>
    private let patience: Duration

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
        patience = .seconds(limits.waitSeconds)
    }

    /// A `methodResponse` document, with a value or with a fault.
    public func answer(_ document: [UInt8], from origin: Origin) async -> [UInt8] {
        await methods.answer(document, in: XMLRPCCaller(origin: origin, patience: .now + patience))
    }
}
