import BoardWire
import Logging
import MessageBoard
import NIOCore

/// One connection of the live road: cuts what comes into requests, does what ``LiveConnection`` says, and gives the channel
/// what its feed has encoded.
///
/// What a client has not taken stays on the board. Nothing is queued here but one page, or what one turn of the loop brought.
final class LiveServer: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Life {
        case open
        /// No more requests are read; the connection closes when those in hand are answered.
        case ending
        /// It was told that it cannot be understood; bytes thrown away since.
        case refused(Int)
        case closed
    }

    /// Its place in its feed.
    var place = 0

    private let hub: LiveHub
    private var connection: LiveConnection?
    private var framing: LiveFraming
    private var feed: LiveFeed?
    private var context: ChannelHandlerContext?
    private var life = Life.open
    /// The answer to the fetch in hand, page by page.
    private var fetched = LiveAnswer.Messages(isRecords: false)
    /// Bytes of unfinished and waiting requests that the budget of all knows of.
    private var counted = 0
    private var isReadWanted = false
    private var needsFlush = false
    /// What had passed by its feed, and what the channel held, when it last took something.
    private var progress = (passed: 0, buffered: 0)

    init(hub: LiveHub) {
        self.hub = hub
        framing = LiveFraming(limit: hub.limits.liveRequestBytes, publishLimit: hub.limits.livePublishBytes)
    }

    // MARK: The channel

    func channelActive(context: ChannelHandlerContext) {
        guard let origin = context.remoteAddress.flatMap({ Origin($0, road: .live) }) else {
            return context.close(promise: nil)  // the client has gone already
        }
        self.context = context
        let connection = LiveConnection(from: origin, limits: hub.limits)
        self.connection = connection
        feed = hub.enter(self, connection.boards, connection.delivery)
        hub.join(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        life = .closed
        self.context = nil
        if let feed { hub.exit(self, from: feed) }
        feed = nil
        hub.leave(self)
        hub.requestBytes.giveBack(counted)
        counted = 0
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let piece = unwrapInboundIn(data)
        switch life {
        case .open:
            piece.withUnsafeReadableBytes { framing.append($0) }
            goOn()
            framing.trim()
        case .refused(let bytes):
            life = .refused(bytes + piece.readableBytes)
            if bytes > hub.limits.refusedBytes { context.close(promise: nil) }
        case .ending, .closed: break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
        if case .refused = life { context.close(promise: nil) } else { end() }
    }

    /// NIO asks to read on: not while too many requests wait.
    func read(context: ChannelHandlerContext) {
        guard readsOn(context) else {
            isReadWanted = true
            return
        }
        context.read()
    }

    /// Not while too many requests wait, and not from who does not take what it is sent.
    private func readsOn(_ context: ChannelHandlerContext) -> Bool {
        connection.map { $0.takesMore && context.channel.isWritable } ?? true
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { goOn() }
    }

    /// The client has gone, or was cut: nobody is left to tell.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Takes no more requests, and closes when those that have come are answered.
    func end() {
        guard case .open = life else { return }
        life = .ending
        goOn()
    }

    // MARK: Requests

    /// Takes what requests have come and does what can be done, until neither goes on.
    private func goOn() {
        var goesOn = true
        while goesOn, let context, context.channel.isWritable {
            goesOn = takeRequests()
            while let action = connection?.next(fed: hub.fed) {
                goesOn = true
                perform(action)
                guard context.channel.isWritable else { break }
            }
        }
        settle()
    }

    /// Counts, flushes, reads on, and closes what is to be closed: at the end of every event.
    private func settle() {
        count()
        if needsFlush {
            needsFlush = false
            context?.flush()
        }
        guard let context, let connection else { return }
        if isReadWanted, readsOn(context) {
            isReadWanted = false
            context.read()
        }
        if case .ending = life, connection.isIdle, context.channel.isWritable { close() }
    }

    /// Whether a request was taken.
    private func takeRequests() -> Bool {
        var isTaken = false
        while connection?.takesMore == true {
            do throws(LiveFraming.TooLong) {
                guard let message = try framing.next() else { break }
                isTaken = true
                do throws(RequestError) {
                    connection?.receive(try LiveRequest(decoding: message))
                } catch {
                    connection?.refuse(with: error == .unknownControl ? .unknownControl : .unreadable)
                }
            } catch {
                refuse(with: .unreadable)
                break
            }
        }
        return isTaken
    }

    /// Says that it goes no further, and throws away what still comes, so that the answer arrives.
    private func refuse(with answer: LiveAnswer) {
        guard let context, connection != nil else { return }
        life = .refused(0)
        connection = nil
        framing = LiveFraming(limit: 0)
        write(answer.encoded())
        needsFlush = false
        context.flush()
        context.close(mode: .output, promise: nil)
        if isReadWanted { context.read() }
        context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(hub.limits.liveLingerSeconds)) { [weak self] in
            self?.context?.close(promise: nil)
        }
    }

    /// Counts large requests in the budget of all.
    private func count() {
        var bytes = connection.map { framing.held + $0.bytesInHand } ?? 0
        if bytes <= hub.limits.freeRequestBytes { bytes = 0 }
        if bytes < counted {
            hub.requestBytes.giveBack(counted - bytes)
        } else if bytes > counted, !hub.requestBytes.take(bytes - counted) {
            return refuse(with: .failed(nil, reason: "too many big requests at a time; try again"))
        }
        counted = bytes
    }

    private func perform(_ action: LiveConnection.Action) {
        guard let connection else { return }
        switch action {
        case .send(let answer): write(answer.encoded())
        case .publish(let drafts): hub.publish(drafts, for: self)
        case .locate(let count): hub.locate(count: count, of: connection.boards, for: self)
        case .read(let range): hub.read(range, for: self)
        case .listBoards: write(LiveAnswer.boards(hub.board.newestIDs()).encoded())
        case .changeFeed:
            if let feed { hub.exit(self, from: feed) }
            let feed = hub.enter(self, connection.boards, connection.delivery)
            self.feed = feed
            noteProgress(feed.passed)
            write(LiveAnswer.done.encoded())
        }
    }

    // MARK: What was waited for

    func published(_ results: ArraySlice<Result<Publication, BoardError>>) {
        guard let answers = connection?.published(results) else { return }
        var bytes: [UInt8] = []
        for answer in answers { bytes += answer.encoded() }
        write(bytes)
        goOn()
    }

    func located(_ range: MessageRange) {
        if let answer = connection?.located(range) { write(answer.encoded()) }
        fetched = LiveAnswer.Messages(isRecords: connection?.delivery.isRecords ?? false)
        goOn()
    }

    func notLocated(_ error: BoardError) {
        if let answer = connection?.notLocated(error) { write(answer.encoded()) }
        goOn()
    }

    /// Sends a page; the next one is read when the kernel has taken this one.
    func pageRead(_ messages: [Message]) {
        guard let context, let delivery = connection?.delivery, let isFetch = connection?.isFetching else { return }
        let isLast = connection?.pageRead(messages.last?.id) ?? false
        var list = isFetch ? fetched : LiveAnswer.Messages(isRecords: delivery.isRecords)
        var bytes: [UInt8] = []
        for message in messages { list.append(message, to: &bytes) }
        if isFetch ? isLast : !messages.isEmpty { list.finish(&bytes) }
        if isFetch { fetched = list }
        guard !bytes.isEmpty else { return pageSent() }
        if let feed { noteProgress(feed.passed) }
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenSuccess { self.pageSent() }
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: sent)
    }

    private func pageSent() {
        connection?.pageSent()
        if let feed { noteProgress(feed.passed) }
        goOn()
    }

    /// The board cannot go on. In the middle of an answer only a cut tells that it is not whole.
    func pageNotRead(_ error: BoardError) {
        guard let context else { return }
        hub.logger.warning(
            "a live connection was ended: its messages cannot be read",
            metadata: ["peer": "\(context.remoteAddress?.endpoint ?? "")", "reason": "\(error)"])
        if connection?.isFetching == true {
            context.close(promise: nil)
        } else {
            refuse(with: .failed(nil, reason: error.description))
        }
    }

    // MARK: News

    /// The feed has encoded what comes after `fed`: takes it when it was given everything before.
    func take(_ buffer: ByteBuffer, fed: MessageID, passed: Int) {
        guard let context, let isCurrent = connection?.isCurrent else { return }
        guard isCurrent else { return waitOn(passed) }
        guard context.channel.isWritable else {
            connection?.leaveCurrent(given: fed)
            return noteProgress(passed)
        }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    /// The feed has something that it may have to be told of.
    func hear(of newest: MessageID, passed: Int) {
        connection?.hear(of: newest)
        waitOn(passed)
    }

    /// The hub has passed over messages after `fed`.
    func fallBehind(fed: MessageID) {
        connection?.leaveCurrent(given: fed)
        goOn()
    }

    /// Goes on if it can, and is dropped when too much has passed by since it last took something.
    private func waitOn(_ passed: Int) {
        goOn()
        guard let context, passed - progress.passed > hub.limits.liveLagBytes else { return }
        let buffered = bufferedBytes(context)
        if buffered == 0 || buffered < progress.buffered { return noteProgress(passed) }
        hub.logger.warning(
            "a live connection was dropped: it does not take what it is sent",
            metadata: [
                "peer": "\(context.remoteAddress?.endpoint ?? "")", "bytes": "\(passed - progress.passed)",
            ])
        context.close(promise: nil)
    }

    private func noteProgress(_ passed: Int) {
        progress = (passed, context.map(bufferedBytes) ?? 0)
    }

    /// Bytes that the kernel has not taken yet.
    private func bufferedBytes(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    // MARK: Writing

    private func write(_ bytes: [UInt8]) {
        guard let context else { return }
        context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
        needsFlush = true
    }

    /// Closes when the kernel has everything.
    private func close() {
        guard let context else { return }
        life = .closed
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
    }
}
