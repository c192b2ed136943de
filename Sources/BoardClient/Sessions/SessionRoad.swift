import BoardWire
import NIOCore
import NIOPosix

/// Requests in sessions of datagrams: of any size, in blocks, each confirmed (protocols.md, "Sessions").
public struct SessionRoad: ClientRoad {
    /// Bytes of a datagram to this host, where no path is in between: large enough that datagrams are few, small enough
    /// that two sessions can share what carries a megabyte a second.
    static let loopbackDatagram = 32 << 10
    /// Bytes that the kernel keeps for the socket each way (it may allow less): a window of blocks.
    private static let socketBufferBytes = 4 << 20
    /// Datagrams taken by one read call.
    private static let datagramsInRead = 32

    private let endpoint: Endpoint
    private let timeout: Duration
    private let report: ProgressReport?

    /// - Parameters:
    ///   - timeout: the longest time in which nothing moves.
    ///   - report: is told how far it is.
    public init(_ endpoint: Endpoint, timeout: Duration, report: ProgressReport? = nil) {
        self.endpoint = endpoint
        self.timeout = timeout
        self.report = report
    }

    /// See ``ClientRoad/exchange(_:_:)``.
    public func exchange(_ request: RequestBytes, _ take: ([UInt8]) throws -> Void) async throws {
        // Bounded by SessionDriver.mostUntaken.
        let (pieces, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self)
        let channel: any Channel
        let driver: NIOLoopBound<SessionDriver>
        do {
            (channel, driver) = try await connect(request, continuation)
        } catch {
            throw ClientError.unreachable(endpoint: "\(endpoint)", reason: words(for: error))
        }
        do {
            for try await piece in pieces {
                try take(piece)
                channel.eventLoop.execute { driver.value.taken(piece.count) }
            }
            try Task.checkCancellation()  // the stream ends quietly then
            try await channel.close()
        } catch {
            try? await channel.close()  // what went wrong first is what counts
            throw described(error)
        }
    }

    private func connect(
        _ request: RequestBytes, _ continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation
    ) async throws -> (any Channel, NIOLoopBound<SessionDriver>) {
        let address = try SocketAddress.makeAddressResolvingHost(endpoint.host, port: endpoint.port)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let (timeout, report) = (timeout, report)
        let driver = try await loop.submit {
            let exchange = SessionExchange(
                size: request.count,
                datagram: address.isThisHost ? Self.loopbackDatagram : SessionExchange.pathDatagram,
                silence: timeout, now: SessionDriver.now())
            return NIOLoopBound(
                SessionDriver(exchange, request, pieces: continuation, report: report), eventLoop: loop)
        }.get()
        let channel = try await DatagramBootstrap(group: loop)
            .channelOption(.socketOption(.so_rcvbuf), value: Self.socketBufferBytes)
            .channelOption(.socketOption(.so_sndbuf), value: Self.socketBufferBytes)
            .channelOption(.datagramVectorReadMessageCount, value: Self.datagramsInRead)
            .channelOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.datagramsInRead << 16)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(ConnectedDatagrams(), driver.value)
                }
            }
            .connect(to: address).get()
        return (channel, driver)
    }

    private func described(_ error: any Error) -> any Error {
        let endpoint = "\(endpoint)"
        return switch error {
        case SessionFailure.silence(let after, refused: false):
            ClientError.timedOut(endpoint: endpoint, seconds: after / .seconds(1))
        case SessionFailure.silence(_, refused: true): ClientError.sessionRefused(endpoint: endpoint)
        case SessionFailure.contradiction: ClientError.damaged(endpoint: endpoint)
        case is SessionFailure: ClientError.sessionLost(endpoint: endpoint)
        case let error as IOError: ClientError.unreachable(endpoint: endpoint, reason: words(for: error))
        default: error
        }
    }
}

extension SocketAddress {
    /// Whether it is an address of the loopback interface.
    var isThisHost: Bool {
        ipAddress.map { $0.hasPrefix("127.") || $0 == "::1" } ?? false
    }
}
