public import MessageBoard
import NIOCore
import NIOHTTP1

/// What is called by POST: a whole document comes, a whole document goes back, always with status 200.
///
/// These are answered where the connection's requests are read, not by Hummingbird, which alone costs more than
/// everything else that a call takes (docs/decisions/0013).
public protocol HTTPCall: Sendable {
    /// Where it is called, from the first `/`.
    var path: String { get }
    /// Of the answers.
    var contentType: String { get }
    /// Answers a document, whatever is in it.
    func answer(_ document: [UInt8], from origin: Origin) async -> [UInt8]
}

/// A call that waits to be answered.
struct HTTPCallWork: Sendable {
    let call: any HTTPCall
    let document: [UInt8]
    let origin: Origin
    /// Where the answer goes; of the event loop that the call came on.
    let connection: NIOLoopBound<HTTPCallServer>
}

/// Stands behind ``HTTPGuard``: takes in what is called, and hands it over as work; lets everything else pass to
/// Hummingbird, which is attached to a connection when the first such request comes.
final class HTTPCallServer: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let calls: [String: any HTTPCall]
    private let work: AsyncStream<HTTPCallWork>.Continuation
    private let attach: (any Channel) throws -> Void
    private var context: ChannelHandlerContext?
    private var isAttached = false
    /// The call whose document is coming.
    private var call: (any HTTPCall)?
    private var document: [UInt8] = []
    private var version = HTTPVersion.http1_1

    /// - Parameter attach: puts behind this handler what serves all that is no call.
    init(
        calls: [String: any HTTPCall], work: AsyncStream<HTTPCallWork>.Continuation,
        attach: @escaping (any Channel) throws -> Void
    ) {
        self.calls = calls
        self.work = work
        self.attach = attach
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            call = head.method == .POST ? calls[Self.path(of: head.uri)] : nil
            version = head.version
            guard call != nil else { return pass(data, context) }
            if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }) {
                document.reserveCapacity(min(length, Self.firstBytes))
            }
        case .body(let bytes):
            guard call != nil else { return context.fireChannelRead(data) }
            document.append(contentsOf: bytes.readableBytesView)
        case .end:
            guard let call else { return context.fireChannelRead(data) }
            handOver(call, context)
        }
    }

    /// Bytes that a client gets by announcing a document, before it sends one.
    private static let firstBytes = 64 << 10

    private static func path(of uri: String) -> String {
        guard let query = uri.utf8.firstIndex(of: UInt8(ascii: "?")) else { return uri }
        return String(uri[..<query])
    }

    private func handOver(_ call: any HTTPCall, _ context: ChannelHandlerContext) {
        guard let origin = context.remoteAddress.flatMap({ Origin($0, road: .http) }) else {
            return context.close(promise: nil)  // the client has gone already
        }
        self.call = nil
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        var document: [UInt8] = []
        swap(&document, &self.document)
        work.yield(HTTPCallWork(call: call, document: document, origin: origin, connection: bound))
    }

    /// Sends a call's answer. On the connection's event loop.
    func send(_ answer: [UInt8], contentType: String) {
        guard let context else { return }  // the client has gone
        let headers: HTTPHeaders = ["Content-Type": contentType, "Content-Length": String(answer.count)]
        let head = HTTPResponseHead(version: version, status: .ok, headers: headers)
        let body = context.channel.allocator.buffer(bytes: answer)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private func pass(_ data: NIOAny, _ context: ChannelHandlerContext) {
        do {
            if !isAttached { try attach(context.channel) }
            isAttached = true
            context.fireChannelRead(data)
        } catch {
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }
}
