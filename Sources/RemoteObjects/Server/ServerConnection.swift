import Logging
import NIOCore
import PyroWire
import Synchronization

/// One client's connection: its handshake, then its calls, one after the other in the order in which they came.
final class ServerConnection: Sendable {
    private struct State {
        /// Whether something is being answered.
        var isBusy = true
        var isStopping = false
    }

    private let connection: PyroServer.Connection
    private let dispatcher: Dispatcher
    private let state = Mutex(State())

    init(_ connection: PyroServer.Connection, _ dispatcher: Dispatcher) {
        self.connection = connection
        self.dispatcher = dispatcher
    }

    /// How long one who is turned away may take to say something.
    private static let turnAwayPatience = TimeAmount.seconds(1)

    private typealias Input = NIOAsyncChannelInboundStream<Frame>.AsyncIterator
    private typealias Output = NIOAsyncChannelOutboundWriter<PyroMessage>

    /// Serves until the client leaves, the server stops, or what comes cannot be understood.
    func run() async {
        do {
            try await connection.executeThenClose { input, output in
                var input = input.makeAsyncIterator()
                guard dispatcher.enter(self) else { return try await turnAway(&input, output) }
                defer { dispatcher.leave(self) }
                guard let client = try await greet(&input, output) else { return }
                // Also when the connection breaks: what was kept for the client must not be kept for ever.
                defer { dispatcher.gone(client) }
                try await serve(client, &input, output)
            }
        } catch {
            // A client that is gone: nobody is left to be told.
            dispatcher.logger.debug("a connection broke: \(error)")
        }
    }

    /// Ends it: at once when nothing is being answered, after the answer when something is.
    func stop() {
        let isIdle = state.withLock { state in
            state.isStopping = true
            return !state.isBusy
        }
        if isIdle { connection.channel.close(promise: nil) }
    }

    /// Refuses, after the client has said something: what is closed with bytes unread is reset, and the reason lost.
    private func turnAway(_ input: inout Input, _ output: Output) async throws {
        let channel = connection.channel
        let timer = channel.eventLoop.scheduleTask(in: Self.turnAwayPatience) { channel.close(promise: nil) }
        defer { timer.cancel() }
        _ = try await input.next(isolation: #isolation)
        try await output.write(.refusal("too many connections, try again later"))
    }

    private func greet(_ input: inout Input, _ output: Output) async throws -> ClientSession? {
        let channel = connection.channel
        let patience = TimeAmount.milliseconds(Int64(dispatcher.limits.handshakeSeconds * 1_000))
        let timer = channel.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
        defer { timer.cancel() }
        switch try await input.next(isolation: #isolation) {
        case nil: return nil
        case .unreadable(let error):
            try await output.write(.refusal(error.refusal))
            return nil
        case .message(let message):
            let (client, answer) = await dispatcher.greet(message, channel)
            if let answer { try await output.write(answer) }
            return client
        }
    }

    private func serve(_ client: ClientSession, _ input: inout Input, _ output: Output) async throws {
        try await withThrowingDiscardingTaskGroup { oneWay in
            while goOn(), case .message(let message) = try await input.next(isolation: #isolation) {
                begin()
                switch message.type {
                case .invoke where message.flags.contains(.oneway) && client.startOneWay():
                    oneWay.addTask { [dispatcher] in
                        _ = await dispatcher.answer(message, client)
                        client.endOneWay()
                    }
                case .invoke:
                    guard let answer = await dispatcher.answer(message, client) else { break }
                    try await output.write(answer)
                case .ping: try await output.write(message.pong)
                default: return
                }
            }
        }
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
