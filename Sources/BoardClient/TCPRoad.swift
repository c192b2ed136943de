import BoardWire
import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Requests on a connection each: sent, half-closed, the answer read to its end.
///
/// A request is repeated when the connection breaks before the answer has begun, with growing pauses while there is
/// time. Requests are safe to repeat: reading changes nothing, and ``PDUClient`` publishes with a request id.
public struct TCPRoad: ClientRoad {
    /// The pause before the first repeat; each further one is twice as long.
    private static let firstPause = Duration.milliseconds(100)
    /// Bytes of a request that are written at once.
    private static let pieceBytes = 1 << 20

    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private let endpoint: Endpoint
    private let timeout: Duration
    private let report: ProgressReport?

    /// - Parameters:
    ///   - timeout: the longest wait for a connection, for the next bytes, and for all repeats together.
    ///   - report: is told how far it is.
    public init(_ endpoint: Endpoint, timeout: Duration, report: ProgressReport? = nil) {
        self.endpoint = endpoint
        self.timeout = timeout
        self.report = report
    }

    /// See ``ClientRoad/exchange(_:_:)``.
    public func exchange(_ request: RequestBytes, _ take: ([UInt8]) throws -> Void) async throws {
        let end = ContinuousClock.now + timeout
        var pause = Self.firstPause
        while true {
            var hasBegun = false
            do {
                return try await attempt(request) { piece in
                    hasBegun = true
                    try take(piece)
                }
            } catch ClientError.unreachable(let endpoint, let reason) {
                // A refused connection is final: nobody listens there.
                guard !hasBegun, reason != Self.refused, .now + pause < end else {
                    throw ClientError.unreachable(endpoint: endpoint, reason: reason)
                }
                try await Task.sleep(for: pause)
                pause *= 2
            }
        }
    }

    private static let refused = String(cString: strerror(ECONNREFUSED))

    private func attempt(_ request: RequestBytes, _ take: ([UInt8]) throws -> Void) async throws {
        let connection = try await connect()
        do {
            try await connection.executeThenClose { inbound, outbound in
                try await send(request, outbound)
                outbound.finish()
                var progress = TransferProgress(sent: request.count, request: request.count)
                for try await piece in inbound {
                    progress.received += piece.readableBytes
                    report?(progress)
                    try take(Array(piece.readableBytesView))
                }
            }
        } catch let error as IOError {
            throw ClientError.unreachable(endpoint: "\(endpoint)", reason: words(for: error))
        } catch is SilentPeer {
            throw ClientError.timedOut(endpoint: "\(endpoint)", seconds: timeout / .seconds(1))
        }
    }

    /// In pieces, so that a file is never whole in memory.
    private func send(_ request: RequestBytes, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws {
        var scratch: [UInt8] = []
        for start in stride(from: 0, to: request.count, by: Self.pieceBytes) {
            let end = min(start + Self.pieceBytes, request.count)
            try await outbound.write(request.withBytes(start..<end, scratch: &scratch) { ByteBuffer(bytes: $0) })
            report?(TransferProgress(sent: end, request: request.count))
        }
    }

    private func connect() async throws -> Connection {
        let limit = TimeAmount(timeout)
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .connectTimeout(limit)
                .connect(host: endpoint.host, port: endpoint.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers(
                            IdleStateHandler(allTimeout: limit), SilenceGuard())
                        return try Connection(
                            wrappingChannelSynchronously: channel,
                            configuration: .init(isOutboundHalfClosureEnabled: true))
                    }
                }
        } catch {
            throw ClientError.unreachable(endpoint: "\(endpoint)", reason: words(for: error))
        }
    }
}

/// No byte moved for too long.
private struct SilentPeer: Error {}

/// Ends a connection on which nothing moves.
private final class SilenceGuard: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is IdleStateHandler.IdleStateEvent else { return context.fireUserInboundEventTriggered(event) }
        context.fireErrorCaught(SilentPeer())
        context.close(promise: nil)
    }
}

/// What went wrong on a socket, in words.
func words(for error: any Error) -> String {
    switch error {
    case let error as IOError: String(cString: strerror(error.errnoCode))
    case let error as NIOConnectionError:
        error.connectionErrors.first.map { words(for: $0.error) } ?? "the name \(error.host) is not known"
    case let error as ChannelError:
        if case .connectTimeout = error { "no connection in time" } else { "\(error)" }
    default: "\(error)"
    }
}
