import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Answers what is no call, one request of a connection after the other, by a router.
struct HTTPPages: HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: Responder

    init(_ router: some HTTPResponder<HTTPContext>) {
        let quiet = Logger(label: "mboard.http", factory: { _ in SwiftLogNoOpLogHandler() })
        responder = { request, writer, channel in
            let context = HTTPContext(source: ApplicationRequestContextSource(channel: channel, logger: quiet))
            let response = try await router.respond(to: request, context: context)
            try await writer.write(response: response.head, body: response.body)
        }
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture { try Self.attach(to: channel) }
    }

    /// Puts behind a connection's handlers what hands its requests over.
    static func attach(to channel: any Channel) throws -> Value {
        try channel.pipeline.syncOperations.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        return try Value(
            wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
    }

    func handle(value: Value, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
    }
}
