import Glibc
import Logging
import NIOCore
import NIOExtras
import NIOPosix

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
            let listener = try await loops.bootstrap.bind(dup(server.listener.descriptor)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        IdleStateHandler(allTimeout: .seconds(Int64(server.limits.idleSeconds))),
                        EndOfTaskInput(server))
                    return try Client(wrappingChannelSynchronously: channel, configuration: Self.configuration)
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await loops.serve(listener.channel) }
                group.addTask { try await Self.accept(listener, server) }
                try await group.waitForAll()
            }
        }
    }

    private typealias Client = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private static var configuration: Client.Configuration {
        Client.Configuration(isOutboundHalfClosureEnabled: true)
    }

    private static func accept(_ listener: NIOAsyncChannel<Client, Never>, _ server: Server) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            try await listener.executeThenClose { clients in
                var number = 0
                for try await client in clients {
                    number += 1
                    group.addTask(name: "Task-\(number)") { await Self.converse(client, server) }
                }
            }
        }
    }

    private static func converse(_ client: Client, _ server: Server) async {
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
                try await serve(peer, input, output, server)
            }
        } catch {
            server.counters.broken.add()
            server.logger.info("Client \(peer) is cut: \(error)")
        }
        server.counters.served.add(-1)
        server.logger.info("Client \(peer) disconnected")
    }

    private static func serve(
        _ peer: Peer, _ input: NIOAsyncChannelInboundStream<ByteBuffer>,
        _ output: NIOAsyncChannelOutboundWriter<ByteBuffer>, _ server: Server
    ) async throws {
        let framing = server.service.framing()
        var pieces = input.makeAsyncIterator()
        while true {
            switch framing.next() {
            case .request(let request):
                server.counters.requests.add()
                try await output.write(ByteBuffer(bytes: await server.answerInTask(to: request, from: peer)))
                server.counters.answers.add()
            case .needsMore:
                if let piece = try await pieces.next() {
                    piece.withUnsafeReadableBytes { framing.append($0) }
                } else {
                    // Half a request never becomes a whole one because the server stops.
                    guard !server.isStopping else { return }
                    framing.end()
                }
            case .finished: return
            case .refused(let answer):
                server.counters.refused.add()
                try await output.write(ByteBuffer(bytes: answer))
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

/// Ends what a task reads when its client is idle for too long, or the server stops.
private final class EndOfTaskInput: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let server: Server

    init(_ server: Server) {
        self.server = server
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: context.close(mode: .input, promise: nil)
        case is IdleStateHandler.IdleStateEvent:
            server.counters.broken.add()
            context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }
}
