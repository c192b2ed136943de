package import BoardWire
package import NIOCore

/// The announcements of a board on one network: says them, and answers who asks, a bounded number of times a second.
package final class AnnouncerHandler: ChannelInboundHandler {
    package typealias InboundIn = AddressedEnvelope<ByteBuffer>
    package typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let announcement: Announcement
    private let destination: SocketAddress
    private var answers: ReplyBudget
    private var context: ChannelHandlerContext?
    private var next: Scheduled<Void>?

    package init(_ announcement: Announcement, to destination: SocketAddress, answersPerSecond: Int) {
        self.announcement = announcement
        self.destination = destination
        answers = ReplyBudget(bytesPerSecond: answersPerSecond, burst: answersPerSecond, prefixes: 1)
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        next?.cancel()
        self.context = nil
    }

    /// Announces, now and every period from now on.
    package func announce() {
        say(announcement, to: destination)
        next = context?.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(Announcement.period)) { self.announce() }
    }

    /// Says goodbye, and closes the socket.
    package func end() -> EventLoopFuture<Void> {
        guard let context else { preconditionFailure("a handler ends once, before its channel") }
        next?.cancel()
        if case .board(let board) = announcement {
            say(.bye(version: board.version, serverID: board.serverID), to: destination)
        }
        return context.close()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        let peer = envelope.remoteAddress
        guard Announcement(Array(envelope.data.readableBytesView)) == .question, !peer.cannotBeAClient,
            answers.take(1, for: 0, at: .nanoseconds(context.eventLoop.now.uptimeNanoseconds))
        else { return }
        // As many answers can wait as are given in a second.
        let delay = TimeAmount.nanoseconds(.random(in: 0...TimeAmount(Announcement.longestAnswerDelay).nanoseconds))
        context.eventLoop.assumeIsolated().scheduleTask(in: delay) { self.say(self.announcement, to: peer) }
    }

    private func say(_ announcement: Announcement, to peer: SocketAddress) {
        guard let context else { return }
        let buffer = context.channel.allocator.buffer(bytes: announcement.encoded())
        context.writeAndFlush(wrapOutboundOut(AddressedEnvelope(remoteAddress: peer, data: buffer)), promise: nil)
    }

    /// A network that is down for a while, or a client that has gone, is no reason to stop.
    package func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
