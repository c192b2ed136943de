import DequeModule
import NIOCore
import PyroWire

/// What comes on a connection.
enum Frame: Sendable {
    case message(PyroMessage)
    /// What is no message; nothing can come after it.
    case unreadable(PyroWireError)
}

/// The messages of one connection, for the one task that serves it: what came is taken one by one, what is answered goes out at once.
/// All of it happens on the thread of the connection's event loop.
final class FrameHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var reader: PyroMessageReader
    private let executor: LoopExecutor
    private var context: ChannelHandlerContext?
    /// Messages that came and were not taken yet: those of one read at most, as no more is read until they are.
    private var frames = Deque<Frame>()
    /// Nothing more comes.
    private var isOver = false
    private var holdsRead = false
    private var waiter: UnsafeContinuation<Frame?, Never>?
    private var writer: UnsafeContinuation<Void, Never>?

    init(_ limits: RemoteObjectLimits, _ executor: LoopExecutor) {
        reader = PyroMessageReader(limits: limits.messages)
        self.executor = executor
    }

    // MARK: The task's side

    /// The next message; `nil` when there is none any more.
    func next() async -> Frame? {
        if let frame = frames.popFirst() {
            if frames.isEmpty, holdsRead {
                holdsRead = false
                context?.read()
            }
            return frame
        }
        guard !isOver else { return nil }
        return await withUnsafeContinuation { waiter = $0 }
    }

    /// Sends a message. It waits while the client does not take what was sent before.
    func write(_ message: PyroMessage) async {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(message.buffer(context.channel.allocator)), promise: nil)
        guard !context.channel.isWritable, !isOver else { return }
        await withUnsafeContinuation { writer = $0 }
    }

    // MARK: The channel's side

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        unwrapInboundIn(data).withUnsafeReadableBytes { reader.append($0) }
        do throws(PyroWireError) {
            while let message = try reader.next() { deliver(.message(message)) }
        } catch {
            deliver(.unreadable(error))
            isOver = true
        }
    }

    private func deliver(_ frame: Frame) {
        guard let waiter else { return frames.append(frame) }
        self.waiter = nil
        executor.perform { waiter.resume(returning: frame) }
    }

    func read(context: ChannelHandlerContext) {
        if frames.isEmpty { context.read() } else { holdsRead = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { resumeWriter() }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        self.context = nil
    }

    private func end() {
        isOver = true
        resumeWriter()
        guard let waiter else { return }
        self.waiter = nil
        executor.perform { waiter.resume(returning: nil) }
    }

    private func resumeWriter() {
        guard let writer else { return }
        self.writer = nil
        executor.perform { writer.resume() }
    }
}

extension PyroMessage {
    /// The message as sent.
    fileprivate func buffer(_ allocator: ByteBufferAllocator) -> ByteBuffer {
        let bytes = encoded()
        var buffer = allocator.buffer(capacity: bytes.count)
        buffer.writeBytes(bytes)
        return buffer
    }
}
