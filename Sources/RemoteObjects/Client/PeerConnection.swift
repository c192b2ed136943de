import NIOCore
import NIOPosix
import NIOSSL
import PyroWire
import Synchronization

/// A connection to a server of objects, after its handshake. One call is on its way at a time.
final class PeerConnection: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<PeerHandler>

    private init(_ channel: any Channel, _ handler: NIOLoopBound<PeerHandler>) {
        self.channel = channel
        self.handler = handler
    }

    /// Nobody has it any more.
    deinit { channel.close(promise: nil) }

    /// Whether a call may be tried.
    var isOpen: Bool { channel.isActive }

    /// Connects, and says whom it wants.
    ///
    /// - Parameter keep: whether it stays open however long nobody calls.
    /// - Returns: with what the object says can be called on it.
    /// - Throws: ``RemoteObjectError/notSent(_:reason:)``; a `PyroException` when the server refuses.
    static func open(
        to id: RemoteObjectID, _ identity: CallerIdentity, _ limits: RemoteObjectLimits, _ group: any EventLoopGroup,
        keep: Bool = false
    ) async throws -> (PeerConnection, PyroMetadata?) {
        let connection = try await connect(to: id, identity, limits, group, keep)
        do {
            let connect = PyroConnect(handshake: identity.handshake, object: id.object)
            let message = PyroMessage(
                .connect, serializer: identity.serializer,
                annotations: [PyroAnnotation(id: Extension.process, data: Array(identity.process.utf8))],
                payload: try connect.payload(identity.serializer))
            guard let answer = try await connection.exchange(message, for: id, seconds: limits.connectSeconds) else {
                throw RemoteObjectError.notSent(id, reason: "its server said nothing")
            }
            return (connection, try metadata(answer, of: id))
        } catch RemoteObjectError.outcomeUnknown(let id, let reason) {
            connection.abandon()
            throw RemoteObjectError.notSent(id, reason: reason)
        } catch {
            connection.abandon()
            throw error
        }
    }

    private static func connect(
        to id: RemoteObjectID, _ identity: CallerIdentity, _ limits: RemoteObjectLimits, _ group: any EventLoopGroup,
        _ keep: Bool
    ) async throws(RemoteObjectError) -> PeerConnection {
        guard case .host(let host, let port)? = PyroURI("\(id)")?.location else { throw .badURI("\(id)") }
        do {
            return try await ClientBootstrap(group: group)
                .connectTimeout(.milliseconds(Int64(limits.connectSeconds * 1_000)))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(host: host, port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if let encryption = identity.encryption {
                            try channel.pipeline.syncOperations.addHandler(Self.encrypting(encryption, host))
                        }
                        let handler = PeerHandler(limits, isKept: keep)
                        try channel.pipeline.syncOperations.addHandler(handler)
                        return PeerConnection(channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
                    }
                }
        } catch {
            throw .notSent(id, reason: "cannot connect to \(host):\(port): \(connectionReason(error))")
        }
    }

    private static func encrypting(_ context: NIOSSLContext, _ host: String) throws -> NIOSSLClientHandler {
        // A certificate for an address is checked as one; no name is asked for then (RFC 6066, section 3).
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }

    private static func metadata(_ answer: PyroMessage, of id: RemoteObjectID) throws -> PyroMetadata? {
        let serializer = PyroSerializer(rawValue: answer.serializer)
        guard let serializer, answer.type == .connectOK else {
            let reason = (try? serializer?.decode(answer.payload))?.asText ?? "without a reason that can be read"
            guard reason != "unknown object" else { throw PyroException.pyro("DaemonError", reason) }
            throw RemoteObjectError.notSent(id, reason: "its server refused the connection: \(reason)")
        }
        return try PyroConnected(payload: answer.payload, serializer: serializer).metadata
    }

    /// Sends a message and waits for the answer. The connection is closed when none comes in time, or the task is cancelled: who
    /// comes next must not be given it.
    ///
    /// - Parameter seconds: as long as it may take.
    /// - Returns: `nil` for a one-way call, which is on its way.
    func exchange(
        _ message: PyroMessage, for id: RemoteObjectID, seconds: Double
    ) async throws(RemoteObjectError) -> PyroMessage? {
        let promise = channel.eventLoop.makePromise(of: PyroMessage?.self)
        let (handler, timeout) = (handler, TimeAmount.milliseconds(Int64(seconds * 1_000)))
        channel.eventLoop.execute { handler.value.send(message, timeout, promise) }
        do {
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                // Not by closing alone: with TLS that takes as long as the other end does.
                channel.eventLoop.execute { handler.value.cancel() }
            }
        } catch let failure as PeerHandler.Failure {
            guard failure.isSent else { throw .notSent(id, reason: failure.reason) }
            throw .outcomeUnknown(id, reason: Task.isCancelled ? "the call was cancelled" : failure.reason)
        } catch {
            throw .outcomeUnknown(id, reason: "\(error)")
        }
    }

    /// Closes.
    func abandon() { channel.close(promise: nil) }
}

/// The frames of one connection, and who waits for the next.
private final class PeerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Why there is no answer.
    struct Failure: Error {
        let isSent: Bool
        let reason: String
    }

    private let limits: RemoteObjectLimits
    /// Whether idleness does not end it.
    private let isKept: Bool
    private var reader: PyroMessageReader
    private var context: ChannelHandlerContext?
    private var waiting: (promise: EventLoopPromise<PyroMessage?>, sequence: UInt16, timer: Scheduled<Void>)?
    private var sequence: UInt16 = 0
    /// Runs while nobody waits; a ping, or the end.
    private var idleTimer: Scheduled<Void>?
    private var idleSince = NIODeadline.now()
    private var isPinging = false

    init(_ limits: RemoteObjectLimits, isKept: Bool) {
        self.limits = limits
        self.isKept = isKept
        reader = PyroMessageReader(limits: limits.messages)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelActive(context: ChannelHandlerContext) {
        scheduleLook(on: context.eventLoop)
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        idleTimer?.cancel()
        fail("the connection was closed")
    }

    func send(_ message: PyroMessage, _ timeout: TimeAmount, _ promise: EventLoopPromise<PyroMessage?>) {
        guard let context, context.channel.isActive, waiting == nil else {
            return promise.fail(Failure(isSent: false, reason: "the connection was closed before"))
        }
        var message = message
        if message.type == .invoke { sequence &+= 1 }
        message.sequence = sequence
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: message.encoded())), promise: nil)
        idleSince = .now()
        guard !message.flags.contains(.oneway) else { return promise.succeed(nil) }
        let seconds = Double(timeout.nanoseconds) / 1e9
        let timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            self.end("no answer after \(seconds) s")
        }
        waiting = (promise, sequence, timer)
    }

    /// Nobody waits for the answer any more.
    func cancel() {
        if waiting != nil { end("the call was cancelled") }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unwrapInboundIn(data).withUnsafeReadableBytes { reader.append($0) }
        do {
            while let message = try reader.next() { received(message) }
        } catch {
            end("its server sent what cannot be read: \(error)")
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail("the connection ended")
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end("\(error)")
    }

    private func received(_ message: PyroMessage) {
        if message.type == .ping, isPinging {
            isPinging = false
            return
        }
        guard let waiting, message.sequence == waiting.sequence || message.type != .result else {
            return end("an answer that nobody waits for")
        }
        self.waiting = nil
        waiting.timer.cancel()
        idleSince = .now()
        waiting.promise.succeed(message)
    }

    private func scheduleLook(on loop: any EventLoop) {
        let pause = TimeAmount.milliseconds(Int64(limits.pingSeconds * 1_000))
        idleTimer = loop.assumeIsolated().scheduleTask(in: pause) {
            self.scheduleLook(on: loop)
            self.look()
        }
    }

    /// Asks a server that has said nothing for some time whether it is there, and closes what nobody has needed for long.
    private func look() {
        guard let context, waiting == nil else { return }
        let idle = NIODeadline.now() - idleSince
        if isPinging || !isKept && idle > .milliseconds(Int64(limits.idleSeconds * 1_000)) {
            return end(isPinging ? "its server answers no pings" : "nobody needed it")
        }
        guard idle > .milliseconds(Int64(limits.pingSeconds * 1_000)) else { return }
        isPinging = true
        let ping = PyroMessage(.ping, serializer: 42, sequence: sequence, payload: Array("ping".utf8))
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: ping.encoded())), promise: nil)
    }

    private func end(_ reason: String) {
        fail(reason)
        context?.close(promise: nil)
    }

    private func fail(_ reason: String) {
        guard let waiting else { return }
        self.waiting = nil
        waiting.timer.cancel()
        waiting.promise.fail(Failure(isSent: true, reason: reason))
    }
}
