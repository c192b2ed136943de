import BoardWire
import MessageBoard
import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One connection, which is one request: reads to the end of the stream, answers, closes.
struct TCPConnection {
    typealias Socket = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    let socket: Socket
    let processor: RequestProcessor
    let limits: ServerLimits
    let requestBytes: ByteBudget

    /// Prepares an accepted channel: cut when idle, half-closed by either side.
    static func wrap(_ channel: any Channel, _ limits: ServerLimits) -> EventLoopFuture<Socket> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandlers(
                IdleStateHandler(allTimeout: .seconds(limits.idleSeconds)), IdleCutter())
            return try Socket(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func serve() async throws {
        guard let origin = socket.channel.remoteAddress.flatMap({ Origin($0, road: .tcp) }) else {
            return try await socket.channel.close()
        }
        try await socket.executeThenClose { inbound, outbound in
            var request = StreamRequest(budget: requestBytes, limits: limits)
            var refused = 0
            for try await piece in inbound {
                if refused == 0, let refusal = request.append(piece.readableBytesView) {
                    try await outbound.write(ByteBuffer(bytes: Self.answer(to: refusal)))
                    outbound.finish()
                    request.drop()
                    refused = 1
                }
                // Closing at once would make the kernel throw the answer away together with what nobody has read.
                if refused > 0 { refused += piece.readableBytes }
                if refused > limits.requestBytes { break }
            }
            if refused > 0 { return }
            var sink = StreamSink(outbound: outbound)
            do throws(AnswerCut) {
                try await processor.answer(request.take(), from: origin, to: &sink)
                outbound.finish()
            } catch {
                reset()
            }
        }
    }

    /// What a client is told whose request is refused while it is still coming.
    private static func answer(to refusal: StreamRequest.Refusal) -> [UInt8] {
        switch refusal {
        case .tooBig: BoardAnswer.outcome(.tooBig)
        case .noRoom: BoardAnswer.outcome(.serverFailed, reason: "too many big requests at a time; try again")
        }
    }

    /// Ends the connection so that the client cannot take what it has for the whole answer.
    private func reset() {
        let channel = socket.channel
        guard let options = channel as? any SocketOptionProvider else { return channel.close(promise: nil) }
        options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
    }
}

/// An answer on a stream: each piece waits until the client takes bytes.
private struct StreamSink: AnswerSink {
    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

    mutating func write(_ piece: [UInt8]) async throws(AnswerCut) {
        do { try await outbound.write(ByteBuffer(bytes: piece)) } catch { throw .clientGone }
    }
}

/// Cuts a connection that has not moved a byte for too long.
private final class IdleCutter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
