import BoardWire
public import Logging
import MessageBoard
import NIOCore
public import NIOPosix

public import ServiceLifecycle
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The road of one datagram a request (protocols.md, section 1): one socket an event loop, which the kernel shares the
/// clients among.
public final class UDPGateway: Service {
    /// Where it listens, as `host:port`.
    public let endpoint: String

    private typealias Socket = NIOAsyncChannel<Datagram, Datagram>

    private let sockets: [Socket]
    private let executors: EventLoopExecutors
    private let processor: RequestProcessor
    private let limits: ServerLimits
    private let logger: Logger
    /// Bounds what goes to strangers; `nil` when only this host can reach the board.
    private let budget: SharedReplyBudget?

    /// Opens the road; requests wait in the kernel until ``run()``.
    ///
    /// - Throws: ``BindError``; nothing listens then.
    public init(
        host: String, port: Int, processor: RequestProcessor, limits: ServerLimits = ServerLimits(),
        group: MultiThreadedEventLoopGroup = .singleton, logger: Logger
    ) async throws {
        do {
            let wanted = try SocketAddress.makeAddressResolvingHost(host, port: port)
            sockets = try await Self.bind(wanted, Array(group.makeIterator()), limits)
        } catch {
            throw BindError(road: .udp, endpoint: "\(host):\(port)", error)
        }
        let address = sockets[0].channel.localAddress!  // a bound socket has one
        endpoint = address.endpoint
        executors = EventLoopExecutors(group)
        self.processor = processor
        self.limits = limits
        self.logger = logger
        budget = address.isLoopback ? nil : SharedReplyBudget(limits)
    }

    /// Binds one socket a loop to the same port. They share it by SO_REUSEPORT, which would let a second server in as
    /// well: a first socket without it finds out whether the port is free.
    private static func bind(
        _ wanted: SocketAddress, _ loops: [any EventLoop], _ limits: ServerLimits
    ) async throws -> [Socket] {
        let probe = try await DatagramBootstrap(group: loops[0]).bind(to: wanted).get()
        var address = wanted
        address.port = probe.localAddress?.port
        try await probe.close()
        var sockets: [Socket] = []
        for loop in loops {
            let bootstrap = DatagramBootstrap(group: loop)
                .channelOption(
                    .socketOption(NIOBSDSocket.Option(rawValue: SO_REUSEPORT)), value: loops.count > 1 ? 1 : 0
                )
                .channelOption(.socketOption(.so_rcvbuf), value: receiveBufferBytes)
                .channelOption(.datagramVectorReadMessageCount, value: limits.datagramsInRead)
                .channelOption(
                    .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: limits.datagramsInRead << 16))
            sockets.append(
                try await bootstrap.bind(to: address) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(DatagramHandler())
                        return try Socket(wrappingChannelSynchronously: channel)
                    }
                })
        }
        return sockets
    }

    /// Bytes that the kernel keeps for a socket (it may allow less): a burst of a thousand clients fits.
    private static let receiveBufferBytes = 4 << 20

    /// Serves until a graceful shutdown; then answers what is in hand.
    public func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for socket in sockets {
                let executor = executors[socket.channel.eventLoop]
                group.addTask(executorPreference: executor) {
                    try await withGracefulShutdownHandler {
                        try await self.serve(socket, on: executor)
                    } onGracefulShutdown: {
                        // Ends the requests, but not the answers to those in hand.
                        socket.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
                    }
                }
            }
        }
    }

    private func serve(_ socket: Socket, on executor: EventLoopExecutor) async throws {
        try await socket.executeThenClose { inbound, outbound in
            await withTaskGroup(of: Void.self) { group in
                var inHand = 0
                do {
                    for try await datagram in inbound {
                        if inHand == limits.datagramsInHand { await group.next() } else { inHand += 1 }
                        group.addImmediateTask(executorPreference: executor) {
                            await self.answer(datagram, on: outbound)
                        }
                    }
                } catch {
                    logger.error("reading datagrams failed", metadata: ["reason": "\(error)"])
                }
            }
        }
    }

    private func answer(_ datagram: Datagram, on outbound: NIOAsyncChannelOutboundWriter<Datagram>) async {
        let peer = datagram.peer
        guard !peer.cannotBeAClient, let origin = Origin(peer, road: .udp) else { return }
        if let budget, !budget.reserve(for: peer) { return }
        let answer = await answer(to: datagram.bytes, from: origin)
        if let budget, !budget.settle(answer.count, for: peer) { return }
        do {
            try await outbound.write(Datagram(peer: peer, bytes: answer))
        } catch {
            // The datagram is lost, as any may be; the client asks again.
            logger.debug("sending a datagram failed", metadata: ["reason": "\(error)"])
        }
    }

    private func answer(to request: [UInt8], from origin: Origin) async -> [UInt8] {
        guard request.count <= WireLimits.datagram else { return BoardAnswer.outcome(.tooBig) }
        var sink = DatagramSink()
        do throws(AnswerCut) {
            try await processor.answer(request, from: origin, to: &sink)
            return sink.bytes
        } catch {
            return BoardAnswer.outcome(error == .tooBig ? .tooBig : .serverFailed)
        }
    }
}

/// An answer that has to fit one datagram.
private struct DatagramSink: AnswerSink {
    var bytes: [UInt8] = []

    mutating func write(_ piece: [UInt8]) throws(AnswerCut) {
        guard bytes.count + piece.count <= WireLimits.datagram else { throw .tooBig }
        if bytes.isEmpty { bytes = piece } else { bytes += piece }
    }
}

/// The budget that all sockets draw from, by the running clock.
private final class SharedReplyBudget: Sendable {
    private let budget: Mutex<ReplyBudget>
    private let start = ContinuousClock.now

    init(_ limits: ServerLimits) {
        budget = Mutex(
            ReplyBudget(
                bytesPerSecond: limits.replyBytesPerSecond, burst: limits.replyBurstBytes,
                prefixes: limits.replyPrefixes))
    }

    /// Whether a request may be looked at: sets aside what its shortest answers take.
    func reserve(for peer: SocketAddress) -> Bool {
        take(ReplyBudget.reserve, for: peer)
    }

    /// Whether an answer may be sent; a longer one than reserved takes more, a shorter one gives the rest back.
    func settle(_ bytes: Int, for peer: SocketAddress) -> Bool {
        if bytes > ReplyBudget.reserve { return take(bytes - ReplyBudget.reserve, for: peer) }
        budget.withLock { $0.giveBack(ReplyBudget.reserve - bytes, for: peer.prefix) }
        return true
    }

    private func take(_ bytes: Int, for peer: SocketAddress) -> Bool {
        let time = start.duration(to: .now)
        return budget.withLock { $0.take(bytes, for: peer.prefix, at: time) }
    }
}
