package import NIOCore
package import NIOHTTP1
import NIOHTTPCompression

/// Stands before everything that serves a web connection: what is foreign, too big or too slow is answered here and goes
/// no further. Answers are packed behind it.
///
///     waiting --head--> receiving --end--> answering --head--> sending --end--> sent --taken--> waiting   (keep-alive)
///        \__________________\__________________\___________ refused --> closed         (or after the last answer)
///
/// Each state but answering has a time by which it must be over.
package final class HTTPGuard: ChannelDuplexHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias InboundOut = HTTPServerRequestPart
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case waiting
        case receiving
        case answering
        /// The answer has begun.
        case sending
        /// It is written, and waits to be taken.
        case sent
        /// The refusal is sent; what still comes is thrown away so that it arrives.
        case refused
    }

    private let policy: HostPolicy
    private let limits: HTTPLimits
    private let budget: Budget
    private var state = State.waiting
    /// Of the request in hand and, once that has begun, of its answer.
    private var bytesInHand = 0
    private var bytesFromBudget = 0
    private var isLast = false
    private var codings = HTTPCodings()
    /// What the connection's last request named, and was served for.
    private var knownHosts: [String] = []
    /// When the kernel has the last answer.
    private var answerSent: EventLoopFuture<Void>?
    /// When the present state has lasted too long.
    private var deadline = NIODeadline.distantFuture
    private var timer: Scheduled<Void>?
    private var timerDeadline = NIODeadline.distantFuture

    package init(policy: HostPolicy, limits: HTTPLimits, budget: Budget) {
        self.policy = policy
        self.limits = limits
        self.budget = budget
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        limit(limits.idleSeconds, context)
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        // A request that is being answered holds its memory for as long as that takes, whoever has gone meanwhile.
        if state != .answering { giveBack() }
        context.fireChannelInactive()
    }

    /// The answer to a request whose client has gone was made.
    package func answerMade() {
        giveBack()
    }

    // MARK: Requests

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch (state, part) {
        case (.refused, _): return
        case (_, .head(let head)):
            if state == .sent { answerTaken(context) }
            state = .receiving
            isLast = isLast || Self.isLast(head)
            if let status = refusal(of: head) { return refuse(status, context) }
            limit(limits.bodySeconds, context)
            do { try codings.pack(head, from: limits.packedAnswerBytes, behind: self, context) } catch {
                return refuse(.internalServerError, context)
            }
            if head.headers.first(name: "expect")?.lowercased() == "100-continue", head.version != .http1_0 {
                let go = HTTPResponseHead(version: head.version, status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(go)), promise: nil)
            }
        case (_, .body(let bytes)):
            guard bytesInHand + bytes.readableBytes <= limits.bodyBytes else {
                return refuse(.payloadTooLarge, context)
            }
            guard reserve(bytes.readableBytes) else { return refuse(.serviceUnavailable, context) }
        case (_, .end):
            state = .answering
            deadline = .distantFuture
        }
        context.fireChannelRead(data)
    }

    /// Whether nothing is read behind this request: the client says so, speaks HTTP/1.0, or wants to go over to another
    /// protocol, which the parser takes for the end of HTTP.
    private static func isLast(_ head: HTTPRequestHead) -> Bool {
        !head.isKeepAlive || head.version == .http1_0 || head.method == .CONNECT
            || head.headers.contains(name: "upgrade")
    }

    /// What is wrong with a request, as far as its head tells.
    private func refusal(of head: HTTPRequestHead) -> HTTPResponseStatus? {
        let headers = head.headers
        let hosts = HTTPTarget(head.uri).authority.map { [$0] } ?? headers["host"]
        let origins = headers["origin"]
        if hosts.isEmpty || hosts != knownHosts || !origins.isEmpty {
            switch policy.refusal(hosts: hosts, origins: origins, requiresHost: head.version != .http1_0) {
            case .unreadable: return .badRequest
            case .foreignHost: return .misdirectedRequest
            case .foreignOrigin: return .forbidden
            case nil: if !hosts.isEmpty { knownHosts = hosts }
            }
        }
        if let length = headers.first(name: "content-length") {
            guard let bytes = Int(length), bytes >= 0 else { return .badRequest }
            if bytes > limits.bodyBytes { return .payloadTooLarge }
        } else if head.method == .POST, !headers.contains(name: "transfer-encoding") {
            return .lengthRequired
        }
        if let encoding = headers.first(name: "content-encoding")?.lowercased(),
            !["gzip", "deflate", "identity"].contains(encoding)
        {
            return .unsupportedMediaType
        }
        return nil
    }

    /// Counts what the exchange in hand has grown by; `false` when all of them together would be too big.
    private func reserve(_ bytes: Int) -> Bool {
        bytesInHand += bytes
        let wanted = bytesInHand - limits.freeBodyBytes - bytesFromBudget
        guard wanted > 0 else { return true }
        guard budget.take(wanted) else { return false }
        bytesFromBudget += wanted
        return true
    }

    private func giveBack() {
        bytesInHand = 0
        guard bytesFromBudget > 0 else { return }
        budget.giveBack(bytesFromBudget)
        bytesFromBudget = 0
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow, is ByteToMessageDecoderError.PayloadTooLargeError:
            refuse(.requestHeaderFieldsTooLarge, context)
        case is HTTPParserError: refuse(.badRequest, context)
        case NIOHTTPDecompression.DecompressionError.limit: refuse(.payloadTooLarge, context)
        case is NIOHTTPDecompression.DecompressionError, is NIOHTTPDecompression.ExtraDecompressionError:
            refuse(.badRequest, context)
        default: context.fireErrorCaught(error)
        }
    }

    /// Answers in the place of whoever would have, and ends the connection once that has arrived.
    private func refuse(_ status: HTTPResponseStatus, _ context: ChannelHandlerContext) {
        guard state != .refused else { return }
        let canAnswer = state != .sending && state != .sent
        state = .refused
        giveBack()
        guard canAnswer else { return context.close(promise: nil) }
        let hint = status == .misdirectedRequest ? ": this server is not known by that name (--http-names)" : ""
        let text = context.channel.allocator.buffer(string: "\(status.code) \(status.reasonPhrase)\(hint)\n")
        let headers: HTTPHeaders = [
            "content-type": "text/plain", "content-length": "\(text.readableBytes)", "connection": "close",
        ]
        context.write(wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(text))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        // Closing at once would make the kernel throw the answer away together with what nobody has read.
        context.close(mode: .output, promise: nil)
        limit(limits.lingerSeconds, context)
    }

    // MARK: Answers

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard state != .refused else { promise?.fail(ChannelError.ioOnClosedChannel); return }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            guard reserve(head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0) else {
                promise?.fail(ChannelError.ioOnClosedChannel)
                return refuse(.serviceUnavailable, context)
            }
            state = .sending
            limit(limits.answerSeconds, context)
            if isLast { head.headers.replaceOrAdd(name: "connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end: end(context, data, promise)
        }
    }

    private func end(_ context: ChannelHandlerContext, _ data: NIOAny, _ promise: EventLoopPromise<Void>?) {
        let sent = promise ?? context.eventLoop.makePromise()
        state = .sent
        answerSent = sent.futureResult
        context.write(data, promise: sent)
        if isLast { finish(context) }
    }

    /// Ends the connection when the kernel has what was answered.
    private func finish(_ context: ChannelHandlerContext) {
        guard let answerSent else { return context.close(promise: nil) }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        answerSent.assumeIsolated().whenComplete { _ in bound.value.close(promise: nil) }
    }

    package func flush(context: ChannelHandlerContext) {
        context.flush()
        answerMayBeTaken(context)
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        answerMayBeTaken(context)
        context.fireChannelWritabilityChanged()
    }

    private func answerMayBeTaken(_ context: ChannelHandlerContext) {
        if state == .sent, !isLast, context.channel.isWritable { answerTaken(context) }
    }

    /// The client has the answer, but for what the channel holds anyway.
    private func answerTaken(_ context: ChannelHandlerContext) {
        giveBack()
        state = .waiting
        limit(limits.idleSeconds, context)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            isLast = true
            if state == .waiting || state == .sent { finish(context) }
        case ChannelEvent.inputClosed:
            isLast = true
            // What is being answered is finished first; a request that is not whole never will be.
            if state != .answering, state != .sending { finish(context) }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    // MARK: Time

    private func limit(_ seconds: Int64, _ context: ChannelHandlerContext) {
        deadline = context.eventLoop.now + .seconds(seconds)
        if timer == nil || deadline < timerDeadline { setTimer(context) }
    }

    /// One timer a connection: when it goes off before the deadline in force it is set again.
    private func setTimer(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let boundContext = NIOLoopBound(context, eventLoop: context.eventLoop)
        timer?.cancel()
        timerDeadline = deadline
        timer = context.eventLoop.scheduleTask(deadline: deadline) {
            bound.value.timeIsUp(boundContext.value)
        }
    }

    private func timeIsUp(_ context: ChannelHandlerContext) {
        timer = nil
        guard deadline <= context.eventLoop.now else {
            if deadline != .distantFuture { setTimer(context) }
            return
        }
        switch state {
        case .receiving: refuse(.requestTimeout, context)
        case .waiting, .answering, .sending, .sent, .refused: context.close(promise: nil)
        }
    }
}
