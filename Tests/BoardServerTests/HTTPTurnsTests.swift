import BoardServer
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

/// One request of a connection at a time, whatever the client sends.
struct HTTPTurnsTests {
    private let channel = EmbeddedChannel()
    private let reads = ReadCounter()

    init() throws {
        try channel.pipeline.syncOperations.addHandlers(reads, HTTPTurns(unpackedBytes: 1_000))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func request(_ path: String) throws {
        try channel.writeInbound(
            HTTPServerRequestPart.head(HTTPRequestHead(version: .http1_1, method: .POST, uri: path)))
        try channel.writeInbound(HTTPServerRequestPart.body(ByteBuffer(string: path)))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
    }

    private func answer() throws {
        try channel.writeOutbound(HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: .ok)))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
    }

    /// The paths of the requests that came through whole.
    private func passed() throws -> [String] {
        var paths: [String] = []
        var path: String?
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(let head): path = head.uri
            case .body(let bytes): #expect(String(buffer: bytes) == path)
            case .end: paths.append(try #require(path))
            }
        }
        return paths
    }

    @Test func `requests that come too early wait for the answer to the one before`() throws {
        for path in ["/1", "/2", "/3"] { try request(path) }
        #expect(try passed() == ["/1"])
        try answer()
        #expect(try passed() == ["/2"])
        try answer()
        #expect(try passed() == ["/3"])
        try request("/4")
        #expect(try passed() == [])
        try answer()
        #expect(try passed() == ["/4"])
    }

    @Test func `the socket is read while nothing waits, and not before all of it had its turn`() throws {
        try request("/1")
        channel.read()
        #expect(reads.count == 1)
        try request("/2")
        channel.read()
        channel.read()
        #expect(reads.count == 1)
        try answer()
        #expect(reads.count == 2)
    }

    @Test func `a client that takes no answers has no further request served`() throws {
        try request("/1")
        try request("/2")
        channel.isWritable = false
        try answer()
        #expect(try passed() == ["/1"])
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(try passed() == ["/2"])
    }

    @Test func `what comes behind a request that was refused in the middle is thrown away`() throws {
        try channel.writeInbound(
            HTTPServerRequestPart.head(HTTPRequestHead(version: .http1_1, method: .POST, uri: "/1")))
        try answer()
        try channel.writeInbound(HTTPServerRequestPart.body(ByteBuffer(string: "x")))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        try request("/2")
        #expect(try passed() == [])
    }

    @Test func `the end of what a client sends, and what cannot be read, wait for their turn`() throws {
        let events = Events()
        try channel.pipeline.syncOperations.addHandler(events)
        try request("/1")
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        channel.pipeline.fireErrorCaught(HTTPParserError.invalidMethod)
        #expect(events.seen == [])
        try answer()
        #expect(events.seen == ["input closed", "error"])
    }
}

/// Counts what is asked of the socket.
private final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = Any
    private(set) var count = 0

    func read(context: ChannelHandlerContext) {
        count += 1
        context.read()
    }
}

private final class Events: ChannelInboundHandler {
    typealias InboundIn = Any
    private(set) var seen: [String] = []

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { seen.append("input closed") }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        seen.append("error")
    }
}
