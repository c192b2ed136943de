import BoardServer
import BoardWire
import NIOCore
import NIOEmbedded
import Testing

/// When a board says what, on a clock that the test moves.
struct AnnouncerHandlerTests {
    private let board = AnnouncedBoard(
        version: "1", serverID: "a", name: "x", roads: [.init(name: "udp", place: "192.0.2.2:7777")])
    private let group: SocketAddress
    private let asker: SocketAddress
    private let channel = EmbeddedChannel()
    private let handler: AnnouncerHandler

    init() throws {
        group = try SocketAddress(ipAddress: "239.1.1.1", port: 53_124)
        asker = try SocketAddress(ipAddress: "192.0.2.9", port: 40_000)
        handler = AnnouncerHandler(.board(board), to: group, answersPerSecond: 3)
        try channel.pipeline.syncOperations.addHandler(handler)
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
    }

    /// What has been sent since it was asked for last, and to whom.
    private func sent() throws -> [(announcement: Announcement?, peer: SocketAddress)] {
        var sent: [(Announcement?, SocketAddress)] = []
        while let envelope = try channel.readOutbound(as: AddressedEnvelope<ByteBuffer>.self) {
            sent.append((Announcement(Array(envelope.data.readableBytesView)), envelope.remoteAddress))
        }
        return sent
    }

    private func hear(_ text: String, from peer: SocketAddress) throws {
        try channel.writeInbound(AddressedEnvelope(remoteAddress: peer, data: ByteBuffer(string: text)))
    }

    @Test func `it announces at once and every five seconds, and says goodbye`() throws {
        handler.announce()
        #expect(try sent().map(\.announcement) == [.board(board)])
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(4_999))
        #expect(try sent().isEmpty)
        channel.embeddedEventLoop.advanceTime(by: .seconds(10))
        #expect(try sent().map(\.peer) == [group, group])
        _ = handler.end()
        #expect(try sent().map(\.announcement) == [.bye(version: "1", serverID: "a")])
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(try sent().isEmpty)
    }

    @Test func `a question is answered to the asker within 200 ms`() throws {
        try hear("mboard?", from: asker)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(200))
        let answers = try sent()
        #expect(answers.map(\.announcement) == [.board(board)])
        #expect(answers.map(\.peer) == [asker])
    }

    @Test func `questions over the limit of a second are dropped, and taken again in the next`() throws {
        for expected in [3, 3] {
            for _ in 0..<50 { try hear("mboard?", from: asker) }
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(200))
            #expect(try sent().count == expected)
            channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        }
    }

    @Test(arguments: ["", "mboard", "mboard 1 2 3 udp=h:1", "mboard 1 2 bye", "\u{1B}[2J", "mboard? who"])
    func `what is no question is not answered`(text: String) throws {
        try hear(text, from: asker)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(try sent().isEmpty)
    }

    @Test(arguments: [("192.0.2.9", 53), ("239.1.1.1", 40_000), ("255.255.255.255", 40_000)])
    func `nobody who cannot be a client is answered`(host: String, port: Int) throws {
        try hear("mboard?", from: SocketAddress(ipAddress: host, port: port))
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(try sent().isEmpty)
    }
}
