import NIOCore
import NIOPosix

/// A lane of datagrams: a connected socket.
final class UDPLane: LoadLane, ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let run: LoadRun
    private var channel: (any Channel)?
    private var sent: NIODeadline?

    private init(_ run: LoadRun) {
        self.run = run
    }

    static func open(_ run: LoadRun) -> EventLoopFuture<NIOLoopBound<any LoadLane>> {
        let lane = UDPLane(run)
        let bound = NIOLoopBound(lane, eventLoop: run.loop)
        return DatagramBootstrap(group: run.loop)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 1 << 16))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(bound.value) }
            }
            .connect(to: run.address)
            .map { channel in
                bound.value.channel = channel
                return NIOLoopBound(bound.value as any LoadLane, eventLoop: channel.eventLoop)
            }
    }

    func send(_ request: [UInt8], at time: NIODeadline) {
        guard let channel else { return }
        sent = time
        let envelope = AddressedEnvelope(remoteAddress: run.address, data: channel.allocator.buffer(bytes: request))
        channel.writeAndFlush(envelope, promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let sent else { return }  // the answer to a request that was given up
        self.sent = nil
        run.answered(self, since: sent, answer: unwrapInboundIn(data).data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard sent != nil else { return }
        sent = nil
        run.failed(self, "\(error)")
    }

    func giveUp(ifSentBefore deadline: NIODeadline) {
        guard let sent, sent < deadline else { return }
        self.sent = nil
        run.failed(self, "no answer in time")
    }

    func close() {
        channel?.close(promise: nil)
    }
}
