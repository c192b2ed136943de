import BoardClient
import BoardWire
import MessageBoard
import NIOCore
import NIOEmbedded
import Testing

/// The client's end of a live connection, on a channel whose time is the test's.
struct LiveChannelTests {
    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(
            handler: LiveChannel(endpoint: "here", silence: .seconds(15), patience: .seconds(10)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        channel.read()
        return channel
    }

    private func ask(_ channel: EmbeddedChannel, _ request: LiveRequest) -> EventLoopFuture<LiveAnswer> {
        let answer = channel.eventLoop.makePromise(of: LiveAnswer.self)
        channel.writeAndFlush(LiveCall(request: request, answer: answer), promise: nil)
        return answer.futureResult
    }

    private func receive(_ channel: EmbeddedChannel, _ text: String) throws {
        try channel.writeInbound(ByteBuffer(string: text))
        channel.read()
    }

    private func sent(_ channel: EmbeddedChannel) throws -> String {
        var text = ""
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
        return text
    }

    @Test func `answers go to the requests in their order, named ones to the one they name`() throws {
        let channel = try channel()
        let first = ask(channel, .publishNamed(1, body: [1]))
        let second = ask(channel, .publishNamed(2, body: [2]))
        let third = ask(channel, .resume(after: 4))
        let fourth = ask(channel, .listBoards)
        #expect(try sent(channel) == "6:1:AQ==;6:2:Ag==;3:4;b:;")
        try receive(channel, "8:2:12;7:;f:1:bm8=;0")
        try receive(channel, ":;b:YQ==,3;")
        #expect(try first.wait() == .failed(1, reason: "no"))
        #expect(try second.wait() == .published(2, 12))
        #expect(try third.wait() == .done)
        #expect(try fourth.wait() == .boards([BoardName("a")!: 3]))
    }

    @Test func `messages come apart from the answers`() throws {
        let channel = try channel()
        let answer = ask(channel, .delivery(.pushRecords))
        let message = Message(
            id: 7, board: .public, time: Timestamp(microseconds: 1),
            origin: Origin(address: "127.0.0.1", port: 1, road: .live), body: [1])
        var bytes: [UInt8] = []
        var list = LiveAnswer.Messages(isRecords: true)
        list.append(message, to: &bytes)
        list.finish(&bytes)
        try receive(channel, "0:;" + String(decoding: bytes, as: UTF8.self))
        #expect(try answer.wait() == .done)
        #expect(try channel.readInbound(as: [Message].self) == [message])
    }

    @Test func `a silent server is asked for a sign of life, and stays when it gives one`() throws {
        let channel = try channel()
        channel.embeddedEventLoop.advanceTime(by: .seconds(14))
        #expect(try sent(channel) == "")
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(try sent(channel) == "b:;")
        channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        try receive(channel, "b:;")
        channel.embeddedEventLoop.advanceTime(by: .seconds(14))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(try sent(channel) == "b:;")
    }

    @Test func `a server that gives none is given up, and whoever waits is told`() throws {
        let channel = try channel()
        let answer = ask(channel, .publishNamed(1, body: []))
        channel.embeddedEventLoop.advanceTime(by: .seconds(10))
        #expect(throws: ClientError.self) { try answer.wait() }
        #expect(throws: ClientError.self) { try channel.throwIfErrorCaught() }
        #expect(!channel.isActive)
    }

    @Test func `silence is not the server's while nobody takes what it sends`() throws {
        let channel = EmbeddedChannel(
            handler: LiveChannel(endpoint: "here", silence: .seconds(15), patience: .seconds(10)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.writeInbound(ByteBuffer(string: "7:;"))  // and from now on nothing is read
        channel.embeddedEventLoop.advanceTime(by: .seconds(600))
        #expect(try sent(channel) == "")
        #expect(channel.isActive)
    }

    @Test(arguments: ["HTTP/1.1 400 Bad Request;", "8:x:1;", "9:YQ==;"])
    func `what is no board is said to whoever asks, before and after it has shown itself`(text: String) throws {
        let channel = try channel()
        let before = ask(channel, .listBoards)
        #expect(throws: ClientError.self) { try receive(channel, text) }
        let after = ask(channel, .listBoards)
        for answer in [before, after] {
            #expect {
                try answer.wait()
            } throws: {
                if case ClientError.answer(.unreadable) = $0 { true } else { false }
            }
        }
        try receive(channel, "0:;")
        #expect(try channel.readInbound(as: [Message].self) == nil)
    }

    @Test func `no more requests wait than the limit`() throws {
        let channel = try channel()
        let answers = (0...LiveChannel.maximumWaiting).map { ask(channel, .publishNamed(UInt64($0), body: [])) }
        #expect(throws: LiveError.tooManyWaiting(limit: LiveChannel.maximumWaiting)) { try answers.last!.wait() }
        try receive(channel, "8:0:1;")
        #expect(try answers[0].wait() == .published(0, 1))
        channel.pipeline.fireChannelInactive()
        #expect(throws: ClientError.self) { try answers[1].wait() }
    }
}
