import Logging
import NIOCore
import NIOPosix
import Synchronization

/// The connections that are open: no more than a limit, and all of them known, so that a stop can wait for them and then
/// cut them.
final class Connections: Sendable {
    private struct State {
        var open: [ObjectIdentifier: any Channel] = [:]
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes a new connection in until it closes; `false` when there are as many as the limit.
    func admit(_ channel: any Channel) -> Bool {
        let isAdmitted = state.withLock { state in
            guard state.open.count < limit else { return false }
            state.open[ObjectIdentifier(channel)] = channel
            return true
        }
        if isAdmitted { channel.closeFuture.whenComplete { _ in self.remove(channel) } }
        return isAdmitted
    }

    private func remove(_ channel: any Channel) {
        let waiters = state.withLock { state in
            state.open[ObjectIdentifier(channel)] = nil
            guard state.open.isEmpty else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Tells all that the server stops: each ends when it has nothing in hand.
    func quiesce() {
        for channel in state.withLock({ Array($0.open.values) }) {
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }

    /// Waits until no connection is open; cuts those that are when the task is cancelled.
    func drain() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isEmpty = state.withLock { state in
                    if !state.open.isEmpty { state.waiters.append(continuation) }
                    return state.open.isEmpty
                }
                if isEmpty { continuation.resume() }
            }
        } onCancel: {
            for channel in state.withLock({ Array($0.open.values) }) { channel.close(promise: nil) }
        }
    }
}

extension ServerBootstrap {
    /// What the listening sockets of all roads of connections have in common.
    static func connections(
        _ connections: Connections, on group: MultiThreadedEventLoopGroup, limits: ServerLimits, logger: Logger
    ) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: limits.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Admission(connections, logger: logger))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
    }
}

/// Stands where connections are accepted, and closes those over the limit. Here they come in the order in which they were
/// made; on the loops that serve them a later one may be first.
final class Admission: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let connections: Connections
    private let logger: Logger

    init(_ connections: Connections, logger: Logger) {
        self.connections = connections
        self.logger = logger
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let connection = unwrapInboundIn(data)
        guard connections.admit(connection) else {
            logger.warning(
                "a connection was closed: the limit is reached",
                metadata: ["limit": "\(connections.limit)", "road": "\(context.channel.localAddress?.endpoint ?? "")"])
            return connection.close(promise: nil)
        }
        context.fireChannelRead(data)
    }
}
