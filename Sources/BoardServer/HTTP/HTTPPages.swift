import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Answers requests by Hummingbird's router.
struct HTTPPages: Sendable {
    private let router: any HTTPResponder<HTTPContext>
    private let logger: Logger

    init(_ router: some HTTPResponder<HTTPContext>, logger: Logger) {
        self.router = router
        self.logger = logger
    }

    /// Answers a request, in pieces when the page is made in pieces.
    func answer(_ work: HTTPWork) async {
        let response: Response
        do {
            let body = RequestBody(buffer: ByteBuffer(bytes: work.body))
            let context = HTTPContext(source: HTTPContext.Source(logger: logger, origin: work.origin))
            response = try await router.respond(to: Request(head: HTTPRequest(work), body: body), context: context)
        } catch {
            logger.error("a page failed", metadata: ["path": "\(work.target.path)", "error": "\(type(of: error))"])
            response = Response(status: .internalServerError, headers: [.contentLength: "0"])
        }
        do {
            let writer = Writer(connection: work.connection)
            try await writer.send(.head(HTTPResponseHead(response.head, version: work.head.version)))
            try await response.body.write(writer)
        } catch {
            work.connection.value.abort()  // the client has gone, or must not take what it has for the whole
        }
    }

    /// Sends a body at the client's pace.
    private struct Writer: ResponseBodyWriter {
        let connection: NIOLoopBound<HTTPServer>

        func send(_ part: HTTPServerResponsePart) async throws {
            guard let sent = connection.value.send(part) else { throw ChannelError.alreadyClosed }
            try await sent.get()
        }

        mutating func write(_ buffer: ByteBuffer) async throws {
            try await send(.body(.byteBuffer(buffer)))
        }

        consuming func finish(_ trailers: HTTPFields?) async throws {
            try await send(.end(nil))
        }
    }
}

extension HTTPRequest {
    fileprivate init(_ work: HTTPWork) {
        var fields = HTTPFields()
        for (name, value) in work.head.headers {
            guard let name = HTTPField.Name(name) else { continue }  // no parser lets one pass that is none
            fields.append(HTTPField(name: name, value: value))
        }
        self.init(
            method: Method(rawValue: work.head.method.rawValue) ?? .get, scheme: "http",
            authority: work.target.authority ?? work.head.headers.first(name: "host"),
            path: String(work.target.pathAndQuery), headerFields: fields)
    }
}

extension HTTPResponseHead {
    fileprivate init(_ response: HTTPResponse, version: HTTPVersion) {
        let fields = HTTPHeaders(response.headerFields.map { ($0.name.rawName, $0.value) })
        self.init(version: version, status: .init(statusCode: response.status.code), headers: fields)
    }
}
