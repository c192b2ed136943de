import NIOCore
import NIOPosix

/// A lane of connections, one a request: connect, send, half-close, read to the end.
final class TCPLane: LoadLane {
    private let run: LoadRun
    private var current: Exchange?
    private var sent: NIODeadline?

    private init(_ run: LoadRun) {
        self.run = run
    }

    static func open(_ run: LoadRun) -> EventLoopFuture<NIOLoopBound<any LoadLane>> {
        run.loop.makeSucceededFuture(NIOLoopBound(TCPLane(run), eventLoop: run.loop))
    }

    func send(_ request: [UInt8], at time: NIODeadline) {
        sent = time
        let exchange = Exchange(self, ByteBuffer(bytes: request))
        current = exchange
        let bound = NIOLoopBound(exchange, eventLoop: run.loop)
        ClientBootstrap(group: run.loop)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(bound.value) }
            }
            .connect(to: run.address)
            .assumeIsolated()
            .whenFailure { error in exchange.end("\(error)") }
    }

    func giveUp(ifSentBefore deadline: NIODeadline) {
        guard let sent, sent < deadline else { return }
        current?.end("no answer in time")
    }

    func close() {
        current?.close()
    }

    private func finished(_ exchange: Exchange, _ answer: ByteBuffer, _ failure: String?) {
        guard exchange === current, let sent else { return }
        self.sent = nil
        current = nil
        if let failure { run.failed(self, failure) } else { run.answered(self, since: sent, answer: answer) }
    }

    /// One connection.
    private final class Exchange: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let lane: TCPLane
        private let request: ByteBuffer
        private var answer = ByteBuffer()
        private var context: ChannelHandlerContext?
        private var isOver = false

        init(_ lane: TCPLane, _ request: ByteBuffer) {
            self.lane = lane
            self.request = request
        }

        func channelActive(context: ChannelHandlerContext) {
            self.context = context
            context.writeAndFlush(NIOAny(request), promise: nil)
            context.close(mode: .output, promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var piece = unwrapInboundIn(data)
            // The first byte tells how it went; the rest is read and not kept.
            if answer.readableBytes == 0 { answer = piece.readSlice(length: min(1, piece.readableBytes)) ?? answer }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard case ChannelEvent.inputClosed = event else { return }
            context.close(promise: nil)
            end(nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            end(nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            end("\(error)")
            context.close(promise: nil)
        }

        /// Reports how it went, once.
        func end(_ failure: String?) {
            guard !isOver else { return }
            isOver = true
            lane.finished(self, answer, failure)
            if failure != nil { close() }
        }

        func close() {
            context?.close(promise: nil)
            context = nil
        }
    }
}
