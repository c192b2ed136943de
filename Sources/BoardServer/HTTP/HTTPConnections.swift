import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import MessageBoard
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// How a web connection is set up, and answers one request after the other.
struct HTTPConnections: HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: Responder
    private let policy: HostPolicy
    private let limits: HTTPLimits
    private let budget: ByteBudget

    init(_ router: some HTTPResponder<HTTPContext>, policy: HostPolicy, limits: HTTPLimits) {
        let quiet = Logger(label: "mboard.http", factory: { _ in SwiftLogNoOpLogHandler() })
        responder = { request, writer, channel in
            let context = HTTPContext(source: ApplicationRequestContextSource(channel: channel, logger: quiet))
            let response = try await router.respond(to: request, context: context)
            try await writer.write(response: response.head, body: response.body)
        }
        self.policy = policy
        self.limits = limits
        budget = ByteBudget(limit: limits.allBodyBytes)
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            var decoding = NIOHTTPDecoderLimitConfiguration()
            decoding.maxHeaderFieldSize = limits.headerBytes
            decoding.maxHeaderListSize = limits.headerBytes
            decoding.maxHeaderFieldCount = limits.headerFields
            let pipeline = channel.pipeline.syncOperations
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: true, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoding)
            try pipeline.addHandler(NIOHTTPRequestDecompressor(limit: .size(limits.bodyBytes)))
            try pipeline.addHandler(HTTPGuard(policy: policy, limits: limits, budget: budget))
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            return try Value(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value: Value, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
    }
}
