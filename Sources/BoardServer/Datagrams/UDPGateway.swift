import BoardWire
public import Logging
import MessageBoard
import NIOCore
public import NIOPosix
public import ServiceLifecycle

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

    private struct Socket: Sendable {
        let channel: any Channel
        let server: NIOLoopBound<DatagramServer>
        let work: AsyncStream<DatagramWork>
    }

    private let sockets: [Socket]
    private let processor: RequestProcessor
    private let sessions: UDPSessions

    /// Opens the road; what has to be waited for waits until ``run()``.
    ///
    /// - Throws: ``BindError``; nothing listens then.
    public init(
        host: String, port: Int, processor: RequestProcessor, limits: ServerLimits = ServerLimits(),
        group: MultiThreadedEventLoopGroup = .singleton, logger: Logger
    ) async throws {
        do {
            let wanted = try SocketAddress.makeAddressResolvingHost(host, port: port)
            let budget = wanted.isLoopback ? nil : SharedReplyBudget(limits)
            let address = try await Self.freeAddress(wanted, group.next())
            var sockets: [Socket] = []
            sessions = UDPSessions(processor: processor, limits: limits)
            for loop in group.makeIterator() {
                sockets.append(try await Self.bind(address, loop, processor, sessions, limits, budget))
            }
            self.sockets = sockets
        } catch {
            throw BindError(road: .udp, endpoint: "\(host):\(port)", error)
        }
        endpoint = sockets[0].channel.localAddress!.endpoint  // a bound socket has one
        self.processor = processor
        logger.debug("listening for datagrams", metadata: ["endpoint": "\(endpoint)", "sockets": "\(sockets.count)"])
    }

    /// The address with a port that nobody has. The sockets share it by SO_REUSEPORT, which would let a second server in
    /// as well: a first socket without it finds out whether the port is free.
    private static func freeAddress(_ wanted: SocketAddress, _ loop: any EventLoop) async throws -> SocketAddress {
        let probe = try await DatagramBootstrap(group: loop).bind(to: wanted).get()
        var address = wanted
        address.port = probe.localAddress?.port
        try await probe.close()
        return address
    }

    private static func bind(
        _ address: SocketAddress, _ loop: any EventLoop, _ processor: RequestProcessor, _ sessions: UDPSessions,
        _ limits: ServerLimits, _ budget: SharedReplyBudget?
    ) async throws -> Socket {
        // Bounded by ``ServerLimits/datagramsInHand``.
        let (work, continuation) = AsyncStream.makeStream(of: DatagramWork.self)
        let server = try await loop.submit {
            NIOLoopBound(
                DatagramServer(
                    processor: processor, sessions: sessions, limits: limits, budget: budget, work: continuation),
                eventLoop: loop)
        }.get()
        let channel = try await DatagramBootstrap(group: loop)
            .channelOption(.socketOption(NIOBSDSocket.Option(rawValue: SO_REUSEPORT)), value: 1)
            .channelOption(.socketOption(.so_rcvbuf), value: receiveBufferBytes)
            .channelOption(.datagramVectorReadMessageCount, value: limits.datagramsInRead)
            .channelOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: limits.datagramsInRead << 16)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(server.value)
                }
            }
            .bind(to: address).get()
        return Socket(channel: channel, server: server, work: work)
    }

    /// Bytes that the kernel keeps for a socket (it may allow less): a burst of a thousand clients fits.
    private static let receiveBufferBytes = 4 << 20

    /// Serves until a graceful shutdown; then answers what is in hand.
    public func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for socket in sockets {
                let executor = EventLoopExecutor(socket.channel.eventLoop)
                group.addTask(executorPreference: executor) {
                    await withGracefulShutdownHandler {
                        await self.serve(socket, on: executor)
                    } onGracefulShutdown: {
                        socket.channel.eventLoop.execute { socket.server.value.stop() }
                    }
                    try await socket.channel.close()
                }
            }
        }
    }

    private func serve(_ socket: Socket, on executor: EventLoopExecutor) async {
        await withDiscardingTaskGroup { group in
            for await piece in socket.work {
                group.addImmediateTask(executorPreference: executor) {
                    let answers = await self.answers(to: piece)
                    socket.server.value.finish(piece, answers)
                }
            }
        }
    }

    private func answers(to piece: DatagramWork) async -> [(peer: SocketAddress, bytes: [UInt8])] {
        switch piece {
        case .publish(let publishes):
            let results = await processor.publish(publishes.map(\.draft))
            return zip(publishes, results).map { ($0.peer, $0.acknowledgement.answer($1)) }
        case .get(let gets):
            let results = await processor.messages(gets.map(\.id))
            return zip(gets, results).map { ($0.peer, $0.form.answer($1)) }
        case .list(let request, let peer):
            var answer: [UInt8] = []
            do throws(RequestProcessor.Cut) {
                try await processor.answer(request) { piece throws(RequestProcessor.Cut) in
                    guard answer.count + piece.count <= WireLimits.datagram else { throw .tooBig }
                    answer += piece
                }
            } catch {
                answer = BoardAnswer.outcome(error == .tooBig ? .tooBig : .serverFailed)
            }
            return [(peer, answer)]
        case .session(let id, let request, let peer):
            return await sessions.carryOut(id, request, from: peer).map { [(peer, $0)] } ?? []
        }
    }
}
