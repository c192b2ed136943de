import NIOCore
import NIOPosix

/// A ``Visit`` on a connection: what NIO tells becomes events, actions become calls. Lives on one event loop.
final class SimulatedClient: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private(set) var visit: Visit
    private let crew: ClientCrew
    private var exchange: Int
    private var offset = 0
    private var context: ChannelHandlerContext?
    /// By the clock that never stands still: what is measured includes stalls.
    private var waitingSince: Duration
    /// When the next timer comes.
    private var timerAt: Duration?

    /// - Parameter exchange: the number of its first request.
    init(_ crew: ClientCrew, name: String, exchange: Int) {
        self.crew = crew
        self.exchange = exchange
        waitingSince = crew.timers.elapsed
        visit = Visit(
            name, crew.load.visit, patience: .seconds(crew.load.patience), speaksFirst: crew.speaksFirst,
            at: crew.timers.now)
    }

    /// Connects; to be called once, on the loop.
    func start() {
        crew.log?.line(visit.client.name, .debug, "Trying to connect to \(crew.server)")
        setTimer()
        crew.connect(self) { self.handle(.failed($0)) }
    }

    /// Ends it, whatever it waits for.
    func cancel() {
        handle(.reset)
        context?.close(promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        handle(.connected)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard visit.phase == .waiting else { return }
        let buffer = unwrapInboundIn(data)
        switch buffer.withUnsafeReadableBytes({ crew.exchanges[exchange].compare($0, offset: &offset) }) {
        case .part: break
        case .whole:
            let elapsed = crew.timers.elapsed
            crew.answered(after: elapsed - waitingSince)
            waitingSince = elapsed
            exchange = exchange + 1 == crew.exchanges.count ? 0 : exchange + 1
            offset = 0
            handle(.answered, at: crew.timers.now(at: elapsed))
        case .wrong: handle(.wrong)
        case .failed: handle(.error)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { handle(.ended) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        handle(.reset)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        handle(.reset)
    }

    private func handle(_ event: Visit.Event) {
        handle(event, at: crew.timers.now)
    }

    private func handle(_ event: Visit.Event, at now: Duration) {
        let phase = visit.phase
        let action = visit.handle(event, at: now)
        if let log = crew.log, visit.phase != phase { log.moved(visit, from: phase, crew.load, to: crew.server) }
        switch action {
        case .nothing: break
        case .ask: context?.writeAndFlush(wrapOutboundOut(crew.exchanges[exchange].request), promise: nil)
        case .sayGoodbye: context?.close(mode: .output, promise: nil)
        case .leave: context?.close(promise: nil)
        }
        if visit.phase != .gone {
            setTimer()
        } else if phase != .gone {
            crew.ended(self)
        }
    }

    /// A timer that comes too early looks again: the deadline moves with every request, and a timer for each would cost more than the
    /// request.
    private func setTimer() {
        let deadline = visit.deadline
        if let timerAt, timerAt <= deadline { return }
        timerAt = deadline
        crew.timers.schedule(at: deadline) { self.timerFired(deadline) }
    }

    private func timerFired(_ time: Duration) {
        if timerAt == time { timerAt = nil }
        guard visit.phase != .gone else { return }
        if crew.timers.now >= visit.deadline { handle(.due) } else { setTimer() }
    }
}
