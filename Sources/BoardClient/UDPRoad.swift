import BoardWire
import NIOCore
import NIOPosix

/// Requests as datagrams: sent again with growing pauses until an answer comes or the time is up.
///
/// Requests are safe to repeat: reading changes nothing, and ``PDUClient`` publishes with a request id.
public struct UDPRoad: ClientRoad {
    /// The pause before the first repeat; each further one is twice as long.
    private static let firstPause = Duration.milliseconds(200)
    /// The longest pause.
    private static let longestPause = Duration.seconds(2)

    private let endpoint: Endpoint
    private let timeout: Duration

    /// - Parameter timeout: the longest wait for an answer, all repeats together.
    public init(_ endpoint: Endpoint, timeout: Duration) {
        self.endpoint = endpoint
        self.timeout = timeout
    }

    /// See ``ClientRoad/exchange(_:_:)``.
    public func exchange(_ request: RequestBytes, _ take: ([UInt8]) throws -> Void) async throws {
        guard request.count <= WireLimits.datagram else {
            throw ClientError.tooBigForDatagram(bytes: request.count, limit: WireLimits.datagram)
        }
        var scratch: [UInt8] = []
        let pdu = try request.withBytes(0..<request.count, scratch: &scratch) { ByteBuffer(bytes: $0) }
        let socket = try await connect()
        let answer = try await socket.executeThenClose { inbound, outbound in
            try await firstAnswer(to: pdu, inbound, outbound)
        }
        try take(answer)
    }

    private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        do {
            let address = try SocketAddress.makeAddressResolvingHost(endpoint.host, port: endpoint.port)
            return try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 1 << 16))
                .connect(to: address) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(ConnectedDatagrams())
                        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw ClientError.unreachable(endpoint: "\(endpoint)", reason: words(for: error))
        }
    }

    private func firstAnswer(
        to pdu: ByteBuffer, _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask {
                do {
                    for try await answer in inbound { return Array(answer.readableBytesView) }
                } catch let error as IOError {
                    throw ClientError.unreachable(endpoint: "\(endpoint)", reason: words(for: error))
                }
                return nil
            }
            group.addTask {
                try await send(pdu, outbound)
                return nil
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() ?? nil else {
                throw ClientError.timedOut(endpoint: "\(endpoint)", seconds: timeout / .seconds(1))
            }
            return answer
        }
    }

    /// Sends until the time is up.
    private func send(_ pdu: ByteBuffer, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws {
        let end = ContinuousClock.now + timeout
        var pause = Self.firstPause
        while ContinuousClock.now < end {
            try await outbound.write(pdu)
            try await Task.sleep(until: min(end, .now + pause))
            pause = min(pause * 2, Self.longestPause)
        }
    }
}

/// Takes NIO's envelopes off: a connected socket has one peer.
final class ConnectedDatagrams: ChannelDuplexHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(wrapInboundOut(unwrapInboundIn(data).data))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let peer = context.channel.remoteAddress else { return context.close(promise: promise) }
        context.write(
            wrapOutboundOut(AddressedEnvelope(remoteAddress: peer, data: unwrapOutboundIn(data))), promise: promise)
    }
}
