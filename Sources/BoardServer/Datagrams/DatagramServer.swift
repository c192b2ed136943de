import BoardWire
import MessageBoard
import NIOCore

/// What a socket's requests leave to be waited for.
enum DatagramWork: Sendable {
    /// A datagram whose message is to be published, and where its answer goes.
    struct Publish: Sendable {
        let draft: Draft
        let acknowledgement: RequestProcessor.Acknowledgement
        let peer: SocketAddress
    }

    /// A datagram that asks for a message, and where its answer goes.
    struct Get: Sendable {
        let id: MessageID
        let form: RequestProcessor.Form
        let peer: SocketAddress
    }

    /// Everything that one read of the socket brought to be published.
    case publish([Publish])
    /// Everything that it asked for and that is not at hand.
    case get([Get])
    case list(BoardRequest, peer: SocketAddress)
    /// A request that came whole in a session.
    case session(SessionID, request: [UInt8], peer: SocketAddress)

    /// Datagrams in it.
    var count: Int {
        switch self {
        case .publish(let publishes): publishes.count
        case .get(let gets): gets.count
        case .list, .session: 1
        }
    }
}

/// One socket of the UDP road: answers at once what needs no waiting, hands over the rest as work, and reads no more while
/// too much of it is in hand.
final class DatagramServer: ChannelDuplexHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let processor: RequestProcessor
    private let limits: ServerLimits
    private let sessions: UDPSessions
    private let budget: SharedReplyBudget?
    private let work: AsyncStream<DatagramWork>.Continuation
    private var context: ChannelHandlerContext?
    private var publishes: [DatagramWork.Publish] = []
    private var gets: [DatagramWork.Get] = []
    /// Answers to what looks like an answer: 64 at once to one client, then one a second.
    private var echoes = ReplyBudget(bytesPerSecond: 1, burst: 64, prefixes: 1_024)
    private let start = ContinuousClock.now
    private var inHand = 0
    private var isReadWanted = false
    private var isStopped = false
    private var sweeping: RepeatedTask?

    init(
        processor: RequestProcessor, sessions: UDPSessions, limits: ServerLimits, budget: SharedReplyBudget?,
        work: AsyncStream<DatagramWork>.Continuation
    ) {
        self.processor = processor
        self.sessions = sessions
        self.limits = limits
        self.budget = budget
        self.work = work
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let pause = TimeAmount.seconds(limits.sessionSweepSeconds)
        sweeping = context.eventLoop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { [sessions] _ in
            sessions.sweep()
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        sweeping?.cancel()
        self.context = nil
        work.finish()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        let peer = envelope.remoteAddress
        guard !peer.cannotBeAClient, let origin = Origin(peer, road: .udp) else { return }
        if let first = envelope.data.readableBytesView.first, SessionRequest.begins(with: first) {
            return receive(Array(envelope.data.readableBytesView), inSessionFrom: peer)
        }
        if isAnAnswer(envelope.data), !echoes.take(1, for: peer.place, at: start.duration(to: .now)) { return }
        if let budget, !budget.reserve(for: peer) { return }
        guard envelope.data.readableBytes <= WireLimits.datagram else {
            return write(BoardAnswer.outcome(.tooBig), to: peer)
        }
        switch processor.begin(Array(envelope.data.readableBytesView), from: origin) {
        case .answered(let answer): write(answer, to: peer)
        case .publish(let draft, let acknowledgement):
            publishes.append(DatagramWork.Publish(draft: draft, acknowledgement: acknowledgement, peer: peer))
        case .get(let id, let form): gets.append(DatagramWork.Get(id: id, form: form, peer: peer))
        case .list(let request): hand(over: .list(request, peer: peer))
        }
    }

    private func receive(_ datagram: [UInt8], inSessionFrom peer: SocketAddress) {
        switch sessions.receive(datagram, from: peer) {
        case .none: break
        case .send(let answer, isProven: true): send(answer, to: peer)
        case .send(let answer, isProven: false):
            if let budget, !budget.reserve(for: peer) { return }
            write(answer, to: peer)
        case .carryOut(let id, let request): hand(over: .session(id, request: request, peer: peer))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !publishes.isEmpty {
            hand(over: .publish(publishes))
            publishes = []
        }
        if !gets.isEmpty {
            hand(over: .get(gets))
            gets = []
        }
        context.flush()
    }

    /// Whether a datagram is what a board answers to something unreadable. Two boards that are set on one another, by a
    /// datagram with a forged source, would answer each other's answers for ever.
    private func isAnAnswer(_ datagram: ByteBuffer) -> Bool {
        datagram.readableBytes == 1 && datagram.readableBytesView.first.flatMap(AnswerCode.init(rawValue:)) != nil
    }

    private func hand(over piece: DatagramWork) {
        inHand += piece.count
        work.yield(piece)
    }

    /// NIO asks to read on: not while there is too much in hand. The kernel keeps what comes, and drops what it cannot keep.
    func read(context: ChannelHandlerContext) {
        guard inHand < limits.datagramsInHand, !isStopped else {
            isReadWanted = true
            return
        }
        context.read()
    }

    /// Sends the answers to a piece of work.
    func finish(_ piece: DatagramWork, _ answers: [(peer: SocketAddress, bytes: [UInt8])]) {
        inHand -= piece.count
        for answer in answers { write(answer.bytes, to: answer.peer) }
        guard let context else { return }
        context.flush()
        if isReadWanted && !isStopped && inHand < limits.datagramsInHand {
            isReadWanted = false
            context.read()
        }
    }

    /// Takes no more requests; those in hand are still answered.
    func stop() {
        isStopped = true
        work.finish()
    }

    private func write(_ answer: [UInt8], to peer: SocketAddress) {
        guard answer.count <= WireLimits.datagram else { return write(BoardAnswer.outcome(.tooBig), to: peer) }
        if let budget, !budget.settle(answer.count, for: peer) { return }
        send(answer, to: peer)
    }

    private func send(_ answer: [UInt8], to peer: SocketAddress) {
        guard let context else { return }
        let buffer = context.channel.allocator.buffer(bytes: answer)
        context.write(wrapOutboundOut(AddressedEnvelope(remoteAddress: peer, data: buffer)), promise: nil)
    }

    /// A client that has gone makes the kernel report its closed port here: no reason to stop serving the others.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
