import Foundation
import NIOCore
import NIOPosix
import ServerModels

/// The unix socket at which a server of the lab tells of itself: whoever connects gets one JSON object
/// (``RunningServer``), and the end.
package struct CounterSocket: Sendable {
    /// Bytes of what a server tells, at most.
    private static let maximumBytes = 64 << 10
    /// Seconds that a server may take to tell.
    private static let patience = TimeAmount.seconds(5)

    /// The directory of all sockets of this user.
    package static func directory(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        environment["XDG_RUNTIME_DIR"].map { $0 + "/mboard-lab" } ?? "/tmp/mboard-lab-\(geteuid())"
    }

    /// The file of the socket.
    package let path: String

    /// The socket of a process.
    package init(pid: Int32, in directory: String = Self.directory()) {
        path = "\(directory)/\(pid).sock"
    }

    /// The sockets of the servers that run, by their process; those of servers that have died are cleared away.
    package static func all(in directory: String = Self.directory()) -> [Int32: CounterSocket] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []  // none yet: no server
        var sockets: [Int32: CounterSocket] = [:]
        for file in files where file.hasSuffix(".sock") {
            guard let pid = Int32(file.dropLast(5)) else { continue }
            if kill(pid, 0) == 0 {
                sockets[pid] = CounterSocket(pid: pid, in: directory)
            } else {
                unlink("\(directory)/\(file)")
            }
        }
        return sockets
    }

    /// Tells until the task is cancelled.
    ///
    /// - Parameters:
    ///   - tell: gives what is told.
    ///   - whenOpen: called once, when others can ask.
    /// - Throws: a description when the socket cannot be made; what `whenOpen` throws.
    package func serve(
        _ tell: @escaping @Sendable () -> RunningServer, whenOpen: () throws -> Void
    ) async throws {
        let directory = URL(filePath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Teller(tell)) }
            }
            .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
        defer { unlink(path) }
        try whenOpen()
        try await withTaskCancellationHandler {
            try await listener.closeFuture.get()
        } onCancel: {
            listener.close(promise: nil)
        }
    }

    /// What the server tells now.
    ///
    /// - Throws: when nobody tells any more.
    package func read() async throws -> RunningServer {
        let group = MultiThreadedEventLoopGroup.singleton
        let told = group.any().makePromise(of: ByteBuffer.self)
        let channel = try await ClientBootstrap(group: group)
            .connectTimeout(Self.patience)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Listener(told, limit: Self.maximumBytes))
                }
            }
            .connect(unixDomainSocketPath: path).get()
        let timeOut = channel.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
        defer { timeOut.cancel() }
        return try JSONDecoder().decode(
            RunningServer.self, from: Data(try await told.futureResult.get().readableBytesView))
    }
}

/// Says everything at once, and goodbye.
private final class Teller: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let tell: @Sendable () -> RunningServer

    init(_ tell: @escaping @Sendable () -> RunningServer) {
        self.tell = tell
    }

    func channelActive(context: ChannelHandlerContext) {
        // Numbers and texts always are JSON.
        guard let json = try? JSONEncoder().encode(tell()) else { return context.close(promise: nil) }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(channel.allocator.buffer(bytes: json)))
            .whenComplete { _ in channel.close(promise: nil) }
    }
}

/// Gathers what is said until goodbye.
private final class Listener: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let told: EventLoopPromise<ByteBuffer>
    private let limit: Int
    private var bytes = ByteBuffer()

    init(_ told: EventLoopPromise<ByteBuffer>, limit: Int) {
        self.told = told
        self.limit = limit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var piece = unwrapInboundIn(data)
        bytes.writeBuffer(&piece)
        if bytes.readableBytes > limit { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        told.succeed(bytes)
    }
}
