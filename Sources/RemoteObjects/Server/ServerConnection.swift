import NIOCore
import PyroWire
import Synchronization

/// One client's connection: its handshake, then its calls, one after the other in the order in which they came.
///
/// Its task runs on the connection's event loop, where its messages are.
final class ServerConnection: Sendable {
    private struct State {
        /// Whether something is being answered.
        var isBusy = true
        var isStopping = false
    }

    private let channel: any Channel
    private let frames: NIOLoopBound<FrameHandler>
    private let dispatcher: Dispatcher
    private let state = Mutex(State())

    init(_ connection: PyroServer.Connection, _ dispatcher: Dispatcher) {
        channel = connection.channel
        frames = connection.frames
        self.dispatcher = dispatcher
    }

    /// How long one who is turned away may take to say something.
    private static let turnAwayPatience = TimeAmount.seconds(1)

    /// Serves until the client leaves, the server stops, or what comes cannot be understood.
    func run() async {
        await withTaskCancellationHandler {
            await serve()
        } onCancel: {
            channel.close(promise: nil)
        }
        // What was answered last goes out first. A client that is gone needs nothing more.
        try? await channel.writeAndFlush(ByteBuffer())
        try? await channel.close()
    }

    private func serve() async {
        guard dispatcher.enter(self) else { return await turnAway() }
        defer { dispatcher.leave(self) }
        guard let client = await greet() else { return }
        await serve(client)
        dispatcher.gone(client)
    }

    /// Ends it: at once when nothing is being answered, after the answer when something is.
    func stop() {
        let isIdle = state.withLock { state in
            state.isStopping = true
            return !state.isBusy
        }
        if isIdle { channel.close(promise: nil) }
    }

    /// Refuses, after the client has said something: what is closed with bytes unread is reset, and the reason lost.
    private func turnAway() async {
        let timer = channel.eventLoop.scheduleTask(in: Self.turnAwayPatience) { [channel] in channel.close(promise: nil)
        }
        defer { timer.cancel() }
        _ = await frames.value.next()
        await frames.value.write(.refusal("too many connections, try again later"))
    }

    private func greet() async -> ClientSession? {
        let patience = TimeAmount.milliseconds(Int64(dispatcher.limits.handshakeSeconds * 1_000))
        let timer = channel.eventLoop.scheduleTask(in: patience) { [channel] in channel.close(promise: nil) }
        defer { timer.cancel() }
        switch await frames.value.next() {
        case nil: return nil
        case .unreadable(let error):
            await frames.value.write(.refusal(error.refusal))
            return nil
        case .message(let message):
            let (client, answer) = await dispatcher.greet(message, channel)
            await returnToLoop()
            if let answer { await frames.value.write(answer) }
            return client
        }
    }

    private func serve(_ client: ClientSession) async {
        await withDiscardingTaskGroup { oneWay in
            while goOn(), case .message(let message) = await frames.value.next() {
                begin()
                switch message.type {
                case .invoke where message.flags.contains(.oneway) && client.startOneWay():
                    oneWay.addTask { [dispatcher] in
                        _ = await dispatcher.answer(message, client)
                        client.endOneWay()
                    }
                case .invoke:
                    let answer = await dispatcher.answer(message, client)
                    await returnToLoop()
                    guard let answer else { break }
                    await frames.value.write(answer)
                case .ping: await frames.value.write(message.pong)
                default: return
                }
            }
        }
    }

    /// Goes back to the loop's thread, where the frames are, after objects were called.
    ///
    /// An executor is preferred, no more: where an actor throws, Swift 6.3 lets the task go on with the thread that the actor had, which
    /// is another one when somebody else was there before.
    private func returnToLoop() async {
        let loop = channel.eventLoop
        guard !loop.inEventLoop else { return }
        await withUnsafeContinuation { continuation in loop.execute { continuation.resume() } }
    }

    private func begin() {
        state.withLock { $0.isBusy = true }
    }

    /// Whether another call is waited for.
    private func goOn() -> Bool {
        state.withLock { state in
            state.isBusy = false
            return !state.isStopping
        }
    }
}
