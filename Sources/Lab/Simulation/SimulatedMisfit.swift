import Glibc
import NIOCore
import NIOPosix

/// A ``MisfitVisit`` on a connection. Lives on one event loop.
final class SimulatedMisfit: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private(set) var visit: MisfitVisit
    private let crew: ClientCrew
    private let kind: Misfit
    private let request: ByteBuffer
    private var sent = 0
    private var timerAt: Duration?
    private var context: ChannelHandlerContext?

    init(_ crew: ClientCrew, name: String, kind: Misfit, exchange: Int) {
        self.crew = crew
        self.kind = kind
        // Where a client says nothing, any byte is a goodbye.
        let request = crew.exchanges[exchange].request
        self.request = request.readableBytes > 0 ? request : ByteBuffer(bytes: [UInt8(ascii: "!")])
        visit = MisfitVisit(name, kind, timeout: .seconds(crew.load.timeout), at: crew.timers.now)
    }

    /// Connects; to be called once, on the loop.
    func start() {
        if kind == .slow {
            crew.connect(self, readBytes: 1, readsByItself: false) { _ in self.handle(.failed) }
        } else {
            crew.connect(self) { _ in self.handle(.failed) }
        }
    }

    /// Ends it: the run is over.
    func end() {
        handle(.ended)
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
        handle(.bytes)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        handle(.ended)
    }

    func channelInactive(context: ChannelHandlerContext) {
        handle(.ended)
    }

    private func handle(_ event: MisfitVisit.Event) {
        switch visit.handle(event, at: crew.timers.now) {
        case .nothing: break
        case .exchangeByte:
            send(1)
            context?.read()
        case .sendHalf: send(request.readableBytes / 2)
        case .reset: reset()
        case .leave: context?.close(promise: nil)
        }
        setTimer()
    }

    private func setTimer() {
        guard let deadline = visit.deadline, deadline != timerAt else { return }
        timerAt = deadline
        crew.timers.schedule(at: deadline) { if self.visit.deadline == deadline { self.handle(.due) } }
    }

    private func send(_ count: Int) {
        let size = request.readableBytes
        guard count > 0, let piece = request.getSlice(at: request.readerIndex + sent % size, length: count) else {
            return
        }
        sent += count
        context?.writeAndFlush(wrapOutboundOut(piece), promise: nil)
    }

    /// Closing without lingering makes the kernel send RST.
    private func reset() {
        guard let context else { return }
        let socket = context.channel as? any SocketOptionProvider
        _ = socket?.setSoLinger(linger(l_onoff: 1, l_linger: 0))  // a socket that is gone already needs no more
        context.close(promise: nil)
    }
}
