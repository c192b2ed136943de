import Glibc
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// What the two models on event loops share: the loops, the accept channel with its bounds, and tasks beside the loops.
final class LoopServer: Sendable {
    private let server: Server
    private let group: MultiThreadedEventLoopGroup
    private let clients = LoopClients()
    private let errands: AsyncStream<Errand>
    private let errandQueue: AsyncStream<Errand>.Continuation

    private enum Errand: Sendable {
        case task(@Sendable () async -> Void)
        case cut
    }

    fileprivate init(_ server: Server, _ group: MultiThreadedEventLoopGroup) {
        self.server = server
        self.group = group
        (errands, errandQueue) = AsyncStream.makeStream()
    }

    /// Accepts clients on the server's socket, as many as the limits say, until the server stops; then waits until they and all
    /// tasks have come to their end.
    ///
    /// - Parameter initializer: makes the handlers of one connection.
    /// - Throws: ``SystemCallError``, or what the event loop says.
    func serve(_ initializer: @escaping @Sendable (any Channel) throws -> Void) async throws {
        let socket = fcntl(server.listener.descriptor, F_DUPFD_CLOEXEC, 0)
        guard socket >= 0 else { throw SystemCallError("dup") }
        let listener = try await bootstrap(initializer).withBoundSocket(socket).get()
        server.whenStopping { listener.close(promise: nil) }
        server.whenCut { [clients, errandQueue] in
            errandQueue.yield(.cut)
            clients.cut()
        }
        async let tasks: Void = runTasks()
        try await listener.closeFuture.get()
        server.listener.stopListening()
        server.stop()  // has been, unless the system closed the socket
        try await clients.end(on: group.any()).get()
        errandQueue.finish()
        await tasks
    }

    /// Does the work in a task of its own, beside the loops; it is cancelled when the time for finishing is over.
    func start(_ work: @escaping @Sendable () async -> Void) {
        errandQueue.yield(.task(work))
    }

    private func runTasks() async {
        await withDiscardingTaskGroup { group in
            var number = 0
            for await errand in errands {
                switch errand {
                case .task(let work):
                    number += 1
                    group.addTask(name: "Task-\(number)") { await work() }
                case .cut: group.cancelAll()
                }
            }
        }
    }

    /// Pauses at the limit of connections and when there are no descriptors left.
    private func bootstrap(_ initializer: @escaping @Sendable (any Channel) throws -> Void) -> ServerBootstrap {
        ServerBootstrap(group: group)
            // One at a time: who asks for the next one knows how many are open.
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            .serverChannelInitializer { [server, clients] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptLimit(server, clients))
                }
            }
            .childChannelInitializer { channel in channel.eventLoop.makeCompletedFuture { try initializer(channel) } }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: server.limits.readBytes))
    }
}

/// What the handlers of a connection are told from outside.
enum LoopEvent: Sendable {
    /// The server stops: what has come is still answered, and nothing more. Lost when the connection has no handlers yet: who is
    /// added or becomes active later asks the server.
    case last
}

/// The channels of all connections that are open.
private final class LoopClients: Sendable {
    private let state = Mutex(State())

    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isEmpty: EventLoopPromise<Void>?
    }

    func add(_ channel: any Channel) {
        state.withLock { $0.channels[ObjectIdentifier(channel)] = channel }
    }

    func remove(_ channel: any Channel) {
        let isEmpty = state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = nil
            return state.channels.isEmpty ? state.isEmpty : nil
        }
        isEmpty?.succeed()
    }

    /// Lets each answer what has come from it, and close. To be called once, when nobody is added any more.
    ///
    /// - Returns: when there is none.
    func end(on loop: any EventLoop) -> EventLoopFuture<Void> {
        let isEmpty = loop.makePromise(of: Void.self)
        let channels = state.withLock { state in
            state.isEmpty = isEmpty
            return Array(state.channels.values)
        }
        if channels.isEmpty { isEmpty.succeed() }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(LoopEvent.last) }
        return isEmpty.futureResult
    }

    /// Closes all that are left.
    func cut() {
        for channel in state.withLock({ Array($0.channels.values) }) { channel.close(promise: nil) }
    }
}

/// Stands where connections are accepted: counts them, and pauses at the limit and when there are no descriptors left.
private final class AcceptLimit: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = any Channel

    private let server: Server
    private let clients: LoopClients
    private var open = 0
    private var isHeldBack = false

    init(_ server: Server, _ clients: LoopClients) {
        self.server = server
        self.clients = clients
    }

    func read(context: ChannelHandlerContext) {
        if open >= server.limits.connections {
            isHeldBack = true
        } else if !server.hasDescriptors {
            server.paused(SystemCallError("accept", EMFILE))
            isHeldBack = true
            context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(Server.descriptorPause)) {
                self.readOn(context)
            }
        } else {
            context.read()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let client = unwrapInboundIn(data)
        open += 1
        server.counters.accepted.add()
        server.counters.open.add()
        clients.add(client)
        client.closeFuture.hop(to: context.eventLoop).assumeIsolated().whenComplete { _ in
            self.closed(client, context)
        }
        context.fireChannelRead(data)
    }

    /// NIO's own `AcceptBackoffHandler` asks for the next connection later, and yet the loop tries again at once and for ever: what
    /// it was asked for before is still open. Only who does not read by itself can stop asking.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        server.paused(error)
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(Server.descriptorPause)) {
            try? context.channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }

    private func closed(_ client: any Channel, _ context: ChannelHandlerContext) {
        open -= 1
        server.counters.open.add(-1)
        clients.remove(client)
        readOn(context)
    }

    private func readOn(_ context: ChannelHandlerContext) {
        guard isHeldBack else { return }
        isHeldBack = false
        read(context: context)
    }
}

extension Peer {
    /// The client of a connection; unknown when that has ended already.
    init(_ address: SocketAddress?) {
        self.init(address: address?.ipAddress ?? "unknown", port: address?.port ?? 0)
    }
}

/// Gives a model its loops, and ends them when it has come to its end.
func withLoops(
    _ threads: Int, of server: Server, _ body: (LoopServer) async throws -> Void
) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
    server.counters.threads.add(threads)
    defer { server.counters.threads.add(-threads) }
    do { try await body(LoopServer(server, group)) } catch {
        try? await group.shutdownGracefully()  // the model's error is the one to tell
        throw error
    }
    try await group.shutdownGracefully()
}
