import BoardWire
package import Multicast
import NIOCore
import NIOPosix

/// Finds the boards around: asks the multicast group on every network, and listens (protocols.md, section 5).
public struct Discovery: Sendable {
    /// When the question is asked, since the start: a datagram may be lost. Later announcements come by themselves.
    private static let questions: [Duration] = [.zero, .milliseconds(250), .seconds(1)]
    /// Datagrams that wait to be read; further ones are dropped.
    private static let waiting = 1_024
    /// The longest wait for a board's answer when its round trip is measured.
    private static let measuring = Duration.seconds(1)

    private let group: MulticastGroup

    /// Finds boards by the group that they announce themselves to.
    public init() {
        self.init(
            group: MulticastGroup(address: Announcement.group, port: Announcement.port, hops: Announcement.hops))
    }

    package init(group: MulticastGroup) {
        self.group = group
    }

    /// The boards that answered or announced themselves within a time, by name, each with its round trip. It lasts that
    /// time, and up to three seconds for measuring.
    ///
    /// - Throws: ``ClientError/unreachable(endpoint:reason:)`` when nothing can be asked on any network.
    public func boards(within time: Duration) async throws -> [DiscoveredBoard] {
        let entries = try await listen(for: time)
        return await withTaskGroup(of: DiscoveredBoard?.self) { group in
            for entry in entries { group.addTask { await Self.measured(entry.reports) } }
            var boards: [DiscoveredBoard] = []
            for await board in group { if let board { boards.append(board) } }
            return boards.sorted {
                ($0.announcement.name, $0.announcement.serverID) < ($1.announcement.name, $1.announcement.serverID)
            }
        }
    }

    /// A board as reported by the first address whose endpoints answer, else by the first.
    private static func measured(_ reports: [BoardTable.Report]) async -> DiscoveredBoard? {
        let end = ContinuousClock.now + measuring
        for report in reports {
            guard ContinuousClock.now < end, let (endpoint, transport) = report.board.measurable else { continue }
            let left = ContinuousClock.now.duration(to: end)
            if let roundTrip = await Probe.roundTrip(endpoint, by: transport, within: left) {
                return DiscoveredBoard(announcement: report.board, source: report.source, roundTrip: roundTrip)
            }
        }
        return reports.first.map { DiscoveredBoard(announcement: $0.board, source: $0.source, roundTrip: nil) }
    }

    /// What was heard, and from which address.
    private struct Heard: Sendable {
        let announcement: Announcement
        let source: String
    }

    private func listen(for time: Duration) async throws -> [BoardTable.Entry] {
        let (heard, ear) = AsyncStream.makeStream(of: Heard.self, bufferingPolicy: .bufferingOldest(Self.waiting))
        let (speakers, channels) = try await open { ear.yield($0) }
        defer { for channel in channels { channel.close(promise: nil) } }
        let start = ContinuousClock.now
        let destination = try group.destination
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for pause in Self.questions where pause < time {
                    try await Task.sleep(until: start + pause)
                    for speaker in speakers { Self.ask(destination, on: speaker) }
                }
                try await Task.sleep(until: start + time)
                ear.finish()
            }
            var table = BoardTable()
            for await heard in heard {
                table.take(heard.announcement, from: heard.source, at: start.duration(to: .now))
            }
            try await group.waitForAll()
            table.forget(at: start.duration(to: .now))
            return table.entries
        }
    }

    /// The sockets: on each network one that asks, and one that hears what all hear. A network that has neither is passed over.
    private func open(
        _ take: @escaping @Sendable (Heard) -> Void
    ) async throws -> (speakers: [any Channel], all: [any Channel]) {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let initializer: @Sendable (any Channel) -> EventLoopFuture<Void> = { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(Ear(take: take))
            }
        }
        var speakers: [any Channel] = []
        var members: [any Channel] = []
        var reason = "this host is on no network"
        do {
            for interface in try MulticastInterface.all() {
                do {
                    speakers.append(try await group.speaker(on: interface, loop: loop, initializer: initializer))
                    // Without it answers still come, only announcements do not.
                    if let member = try? await group.member(on: interface, loop: loop, initializer: initializer) {
                        members.append(member)
                    }
                } catch {
                    reason = words(for: error)
                }
            }
        } catch {
            reason = words(for: error)
        }
        guard !speakers.isEmpty else {
            throw ClientError.unreachable(endpoint: "\(group.address):\(group.port)", reason: reason)
        }
        return (speakers, speakers + members)
    }

    /// A question that cannot be sent on one network is no reason not to ask on the others.
    private static func ask(_ destination: SocketAddress, on speaker: any Channel) {
        let question = speaker.allocator.buffer(bytes: Announcement.question.encoded())
        speaker.writeAndFlush(AddressedEnvelope(remoteAddress: destination, data: question), promise: nil)
    }

    /// Takes what can be read; everything else is passed over.
    private final class Ear: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>

        private let take: @Sendable (Heard) -> Void

        init(take: @escaping @Sendable (Heard) -> Void) {
            self.take = take
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let envelope = unwrapInboundIn(data)
            guard let announcement = Announcement(Array(envelope.data.readableBytesView)),
                let source = envelope.remoteAddress.ipAddress
            else { return }
            take(Heard(announcement: announcement, source: source))
        }

        /// One network that is gone is no reason to stop listening.
        func errorCaught(context: ChannelHandlerContext, error: any Error) {}
    }
}
