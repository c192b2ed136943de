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

/// The road of one connection a request (protocols.md, section 1): the request up to the half-close, the answer, close.
public final class TCPGateway: Service {
    /// Where it listens, as `host:port`.
    public let endpoint: String

    private let listener: any Channel
    private let connections: Connections
    private let lanes: Lanes<StreamWork>
    private let processor: RequestProcessor

    /// Opens the road; what has to be waited for waits until ``run()``.
    ///
    /// - Throws: ``BindError``; nothing listens then.
    public init(
        host: String, port: Int, processor: RequestProcessor, limits: ServerLimits = ServerLimits(),
        group: MultiThreadedEventLoopGroup = .singleton, logger: Logger
    ) async throws {
        let connections = Connections(limit: limits.connections)
        let requestBytes = Budget(limit: limits.unfinishedRequestBytes)
        let lanes = Lanes<StreamWork>(group)
        do {
            let address = try SocketAddress.makeAddressResolvingHost(host, port: port)
            listener = try await ServerBootstrap.connections(connections, on: group, limits: limits, logger: logger)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers(
                            IdleStateHandler(allTimeout: .seconds(limits.idleSeconds)),
                            StreamServer(
                                processor: processor, limits: limits, requestBytes: requestBytes,
                                work: lanes.input(on: channel.eventLoop)))
                    }
                }
                .bind(to: address).get()
        } catch {
            throw BindError(road: .tcp, endpoint: "\(host):\(port)", error)
        }
        endpoint = listener.localAddress!.endpoint  // a bound socket has one
        self.connections = connections
        self.lanes = lanes
        self.processor = processor
    }

    /// Serves until a graceful shutdown; then lets the connections it has come to their end, and cuts them when cancelled.
    public func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    // The work ends with the last connection. An error of closing is one of having closed.
                    try? await self.listener.closeFuture.get()
                    await self.connections.drain()
                    self.lanes.finish()
                }
                group.addTask { await self.lanes.carryOut { await self.carryOut($0) } }
            }
        } onCancelOrGracefulShutdown: { [listener] in
            listener.close(promise: nil)
        }
    }

    private func carryOut(_ piece: StreamWork) async {
        let channel = piece.channel
        switch piece.task {
        case .publish(let draft, let acknowledgement):
            Self.end(channel, with: acknowledgement.answer(await processor.publish([draft])[0]))
        case .get(let id, let form): Self.end(channel, with: form.answer(await processor.messages([id])[0]))
        case .list(let request):
            do throws(RequestProcessor.Cut) {
                try await processor.answer(request) { piece throws(RequestProcessor.Cut) in
                    // Done when the kernel has taken all of it: the client's pace.
                    do { try await channel.writeAndFlush(channel.allocator.buffer(bytes: piece)).get() } catch {
                        throw .clientGone
                    }
                }
                channel.close(promise: nil)
            } catch {
                Self.reset(channel)
            }
        }
    }

    /// Sends a whole answer, and closes when the kernel has it.
    private static func end(_ channel: any Channel, with answer: [UInt8]) {
        channel.writeAndFlush(channel.allocator.buffer(bytes: answer))
            .whenComplete { _ in channel.close(promise: nil) }
    }

    /// Ends a connection so that the client cannot take what it has for the whole answer.
    private static func reset(_ channel: any Channel) {
        guard let options = channel as? any SocketOptionProvider else { return channel.close(promise: nil) }
        options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
    }
}
