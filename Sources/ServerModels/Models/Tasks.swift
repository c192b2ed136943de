import Logging
import NIOCore
import NIOPosix
import Synchronization

/// A task for each connection, written as if it had a thread of its own: where it would wait its thread goes on with another
/// task (Swift concurrency over NIOAsyncChannel).
///
///     accept --connection--> task: read ... handle ... write ...
///       ^_____|                     as many threads as there are cores go from one "..." to the next
///
/// A handler that computes keeps one of these threads; one that waits keeps none.
///
/// At the bounds: a connection is not read while its request is handled; over `ModelLimits.connections`, nobody is accepted until
/// one ends.
struct Tasks: ServerModel {
    func run(_ server: Server) async throws {
        try await withLoops(System.coreCount, of: server) { loops in
            try await loops.serve { channel in
                let attention = Attention(server)
                try channel.pipeline.syncOperations.addHandlers(
                    IdleStateHandler(allTimeout: .seconds(Int64(server.limits.idleSeconds))),
                    EndOfTaskInput(server, attention))
                let client = try Client(wrappingChannelSynchronously: channel, configuration: Self.configuration)
                loops.start { await Self.converse(client, server, attention) }
            }
        }
    }

    private typealias Client = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private static var configuration: Client.Configuration {
        Client.Configuration(isOutboundHalfClosureEnabled: true)
    }

    private static func converse(_ client: Client, _ server: Server, _ attention: Attention) async {
        let peer = Peer(client.channel.remoteAddress)
        server.logger.info("New client connected from \(peer)")
        server.counters.served.add()
        do {
            try await client.executeThenClose { input, output in
                let greeting = server.service.greeting
                if !greeting.isEmpty {
                    try await output.write(ByteBuffer(bytes: greeting))
                    output.finish()
                }
                server.logger.info("Service offered, client \(peer) is using a service ...")
                try await serve(peer, input, output, server, attention) {
                    // What is closed with answers on their way loses them.
                    if greeting.isEmpty { try await client.channel.writeAndFlush(ByteBuffer()) }
                }
            }
        } catch {
            if !attention.isCut { server.counters.broken.add() }
            server.logger.info("Client \(peer) is cut: \(error)")
        }
        server.counters.served.add(-1)
        server.logger.info("Client \(peer) disconnected")
    }

    private static func serve(
        _ peer: Peer, _ input: NIOAsyncChannelInboundStream<ByteBuffer>,
        _ output: NIOAsyncChannelOutboundWriter<ByteBuffer>, _ server: Server, _ attention: Attention,
        allTaken: () async throws -> Void
    ) async throws {
        let framing = server.service.framing()
        var pieces = input.makeAsyncIterator()
        while true {
            switch framing.next() {
            case .request(let request):
                server.counters.requests.add()
                let answer = await attention.give { await server.answerInTask(to: request, from: peer) }
                try await output.write(ByteBuffer(bytes: answer))
                server.counters.answers.add()
            case .needsMore:
                if let piece = try await pieces.next() {
                    piece.withUnsafeReadableBytes { framing.append($0) }
                } else {
                    // Half a request never becomes a whole one because the server ends it.
                    guard !server.isStopping, !attention.isCut else { return try await allTaken() }
                    framing.end()
                }
            case .finished: return try await allTaken()
            case .refused(let answer):
                server.counters.refused.add()
                try await output.write(ByteBuffer(bytes: answer))
                try await allTaken()
                output.finish()
                var discarded = 0
                while discarded < server.limits.discardedBytes, let piece = try await pieces.next() {
                    discarded += piece.readableBytes
                }
                return
            }
        }
    }
}

extension Server {
    /// Answers a request in the task that calls, which gives its thread away while it waits.
    fileprivate func answerInTask(to request: [UInt8], from peer: Peer) async -> [UInt8] {
        counters.busy.add()
        defer { counters.busy.add(-1) }
        do {
            switch try service.handle(request, from: peer) {
            case .ready(let bytes): return bytes
            case .delayed(let bytes, let delay):
                try await Task.sleep(for: delay)
                return bytes
            case .awaited(let work): return try await work()
            }
        } catch {
            return failed("\(error)")
        }
    }
}

/// What a connection's task and its handler on the event loop know of each other.
private final class Attention: Sendable {
    private let isAnswering = Atomic(false)
    private let cut = Atomic(false)
    private let server: Server

    init(_ server: Server) {
        self.server = server
    }

    /// Whether the client was cut for being idle.
    var isCut: Bool { cut.load(ordering: .acquiring) }

    /// Does the work, during which the client is not idle but waits.
    func give(_ work: () async -> [UInt8]) async -> [UInt8] {
        isAnswering.store(true, ordering: .releasing)
        defer { isAnswering.store(false, ordering: .releasing) }
        return await work()
    }

    /// Whether it is the client that nothing comes from.
    func cutIfIdle() -> Bool {
        guard !isAnswering.load(ordering: .acquiring) else { return false }
        if !cut.exchange(true, ordering: .acquiringAndReleasing) { server.counters.broken.add() }
        return true
    }
}

/// Ends what a task reads when its client is idle for too long, or the server stops.
private final class EndOfTaskInput: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let server: Server
    private let attention: Attention

    init(_ server: Server, _ attention: Attention) {
        self.server = server
        self.attention = attention
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        if server.isStopping { context.close(mode: .input, promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case LoopEvent.last: if context.channel.isActive { context.close(mode: .input, promise: nil) }
        case is IdleStateHandler.IdleStateEvent: if attention.cutIfIdle() { context.close(promise: nil) }
        default: context.fireUserInboundEventTriggered(event)
        }
    }
}
