package import BoardWire
package import MessageBoard
package import NIOCore

/// A request, and whom its answer is for.
package struct LiveCall: Sendable {
    let request: LiveRequest
    let answer: EventLoopPromise<LiveAnswer>

    package init(request: LiveRequest, answer: EventLoopPromise<LiveAnswer>) {
        self.request = request
        self.answer = answer
    }
}

/// The bytes of a live connection on one side; calls, and messages as they are pushed, on the other.
///
/// Answers come in the order of the requests, except that one may name its request. A side that falls silent is asked for
/// a sign of life; see ``LiveHeartbeat``.
package final class LiveChannel: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = [Message]
    package typealias OutboundIn = LiveCall
    package typealias OutboundOut = ByteBuffer

    /// Most requests of one connection that wait for an answer.
    package static let maximumWaiting = 1_024

    private let endpoint: String
    private let patience: Duration
    private var framing = LiveFraming(limit: WireLimits.liveAnswer)
    private var waiting = CircularBuffer<LiveCall>()
    private var heartbeat: LiveHeartbeat
    private var timer: Scheduled<Void>?
    /// Whether bytes would be taken if some came: silence is ours while nobody takes the messages.
    private var isReading = false
    /// Why nothing that comes is read any more.
    private var failure: ClientError?

    /// - Parameters:
    ///   - silence: after how long without a byte the other side is asked for a sign of life.
    ///   - patience: how long an answer may keep us waiting without a byte.
    package init(endpoint: String, silence: Duration, patience: Duration) {
        self.endpoint = endpoint
        self.patience = patience
        heartbeat = LiveHeartbeat(silence: silence, patience: patience, now: .zero)
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    package func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let call = unwrapOutboundIn(data)
        if let failure {
            call.answer.fail(failure)
            promise?.succeed()
            return
        }
        guard waiting.count < Self.maximumWaiting else {
            call.answer.fail(LiveError.tooManyWaiting(limit: Self.maximumWaiting))
            promise?.succeed()
            return
        }
        waiting.append(call)
        let bytes = context.channel.allocator.buffer(bytes: call.request.encoded())
        // A big one is on its way as long as the kernel has not taken it; only then is an answer owed.
        let sent = context.write(wrapOutboundOut(bytes))
        sent.assumeIsolated().whenSuccess {
            self.heartbeat.sent(at: Self.now(context.eventLoop))
            self.setTimer(context.eventLoop, context.channel)
        }
        sent.cascade(to: promise)
    }

    package func read(context: ChannelHandlerContext) {
        isReading = true
        context.read()
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        context.fireChannelReadComplete()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard failure == nil else { return }
        unwrapInboundIn(data).withUnsafeReadableBytes { framing.append($0) }
        do {
            while let message = try framing.next() { take(try LiveAnswer(decoding: message), context) }
            heartbeat.heard(at: Self.now(context.eventLoop), isOwedAnswer: !waiting.isEmpty)
        } catch let error as AnswerError {
            notUnderstood(context, .answer(error))
        } catch {
            notUnderstood(context, .answer(.unreadable("\(error)")))
        }
    }

    package func channelInactive(context: ChannelHandlerContext) {
        end(context, .unreachable(endpoint: endpoint, reason: "the server closed the connection"))
        context.fireChannelInactive()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(context, .unreachable(endpoint: endpoint, reason: words(for: error)))
    }

    private func begin(_ context: ChannelHandlerContext) {
        heartbeat.heard(at: Self.now(context.eventLoop), isOwedAnswer: !waiting.isEmpty)
        setTimer(context.eventLoop, context.channel)
    }

    private func take(_ answer: LiveAnswer, _ context: ChannelHandlerContext) {
        switch answer {
        case .records(let messages): if !messages.isEmpty { context.fireChannelRead(wrapInboundOut(messages)) }
        // Of no use to whoever is given records.
        case .texts, .news: break
        case .published(let name, _): finish(named: name, answer)
        case .failed(.some(let name), _): finish(named: name, answer)
        case .done, .unreadable, .unknownControl, .boards, .failed(nil, _):
            if !waiting.isEmpty { waiting.removeFirst().answer.succeed(answer) }
        }
    }

    private func finish(named name: UInt64, _ answer: LiveAnswer) {
        guard let place = waiting.firstIndex(where: { $0.request.name == name }) else { return }
        waiting.remove(at: place).answer.succeed(answer)
    }

    /// What answers there is no board. The connection stays open until its scope ends, so that whoever asks it for something
    /// is told this, and not that it is closed.
    private func notUnderstood(_ context: ChannelHandlerContext, _ error: ClientError) {
        failure = error
        tell(error)
        context.fireErrorCaught(error)
    }

    /// Tells everybody who waits, once, and closes.
    private func end(_ context: ChannelHandlerContext, _ error: ClientError) {
        tell(error)
        guard context.channel.isActive else { return }
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }

    private func tell(_ error: ClientError) {
        timer?.cancel()
        timer = nil
        while let call = waiting.popFirst() { call.answer.fail(error) }
    }

    private func setTimer(_ loop: any EventLoop, _ channel: any Channel) {
        timer?.cancel()
        let wait = max(heartbeat.due - Self.now(loop), .zero)
        timer = loop.assumeIsolated().scheduleTask(in: TimeAmount(wait)) { self.timeHasCome(loop, channel) }
    }

    private func timeHasCome(_ loop: any EventLoop, _ channel: any Channel) {
        let now = Self.now(loop)
        if !isReading { heartbeat.heard(at: now, isOwedAnswer: !waiting.isEmpty) }
        switch heartbeat.action(at: now) {
        case .wait: setTimer(loop, channel)
        case .ask:
            channel.writeAndFlush(LiveCall(request: .listBoards, answer: loop.makePromise()), promise: nil)
        case .giveUp:
            channel.pipeline.fireErrorCaught(SilentServer(seconds: patience / .seconds(1)))
        }
    }

    private static func now(_ loop: any EventLoop) -> Duration {
        .nanoseconds(Int64(clamping: loop.now.uptimeNanoseconds))
    }
}

/// No byte came for too long while an answer was owed.
private struct SilentServer: Error, CustomStringConvertible {
    let seconds: Double
    var description: String { "no answer within \(seconds) s" }
}

extension LiveRequest {
    /// The name under which the answer comes back.
    fileprivate var name: UInt64? {
        if case .publishNamed(let name, _, _, _) = self { name } else { nil }
    }
}
