import MessageBoard
import NIOCore
import NIOHTTP1

/// A whole request, which waits to be answered.
struct HTTPWork: Sendable {
    let head: HTTPRequestHead
    let body: [UInt8]
    let origin: Origin
    /// Where the answer goes; of the event loop that the request came on.
    let connection: NIOLoopBound<HTTPServer>

    var target: HTTPTarget { HTTPTarget(head.uri) }
}

/// Stands behind ``HTTPGuard``: takes requests in whole, hands them over as work, and sends the answers.
final class HTTPServer: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Bytes that a client gets by announcing a body, before it sends one.
    private static let firstBytes = 64 << 10

    private let work: AsyncStream<HTTPWork>.Continuation
    private let gate: HTTPGuard
    private var context: ChannelHandlerContext?
    /// Asked of the system once.
    private var origin: Origin?
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(work: AsyncStream<HTTPWork>.Continuation, gate: HTTPGuard) {
        self.work = work
        self.gate = gate
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
            self.head = head
            let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
            body.reserveCapacity(min(length, Self.firstBytes))
        case .body(let bytes): body.append(contentsOf: bytes.readableBytesView)
        case .end: handOver(context)
        }
    }

    private func handOver(_ context: ChannelHandlerContext) {
        if origin == nil { origin = context.remoteAddress.flatMap { Origin($0, road: .http) } }
        guard let head, let origin else {
            return context.close(promise: nil)  // the client has gone already
        }
        self.head = nil
        var whole: [UInt8] = []
        swap(&whole, &body)
        let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
        work.yield(HTTPWork(head: head, body: whole, origin: origin, connection: connection))
    }

    // MARK: Answers, on the connection's event loop

    /// Sends a whole answer.
    func send(_ head: HTTPResponseHead, _ body: [UInt8]) {
        guard let context else { return gate.answerMade() }  // the client has gone
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !body.isEmpty {
            let bytes = context.channel.allocator.buffer(bytes: body)
            context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Sends a piece of an answer.
    ///
    /// - Returns: what is done when the kernel has it: the client's pace.
    func send(_ part: HTTPServerResponsePart) -> EventLoopFuture<Void>? {
        context.map { $0.writeAndFlush(wrapOutboundOut(part)) }
    }

    /// Ends the connection in the middle of an answer.
    func abort() {
        context?.close(promise: nil)
        gate.answerMade()
    }
}
