import BoardServer
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

/// What the guard lets pass, what it answers itself, and when it cuts: with a clock of the test's own.
struct HTTPGuardTests {
    private static var limits: HTTPLimits {
        var limits = HTTPLimits()
        limits.idleSeconds = 30
        limits.bodySeconds = 120
        limits.answerSeconds = 60
        limits.lingerSeconds = 5
        limits.bodyBytes = 1_000
        limits.freeBodyBytes = 100
        return limits
    }

    /// A connection with nothing but the guard.
    private struct Connection {
        let channel = EmbeddedChannel()

        init(limits: HTTPLimits = HTTPGuardTests.limits, budget: Budget = Budget(limit: 10_000)) throws {
            let gate = HTTPGuard(policy: HostPolicy(names: []), limits: limits, budget: budget)
            try channel.pipeline.syncOperations.addHandler(gate)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        func head(_ headers: HTTPHeaders = ["content-length": "10"], method: HTTPMethod = .POST) throws {
            var headers = headers
            if !headers.contains(name: "host") { headers.add(name: "host", value: "localhost") }
            try send(.head(HTTPRequestHead(version: .http1_1, method: method, uri: "/RPC2", headers: headers)))
        }

        func body(_ bytes: Int) throws { try send(.body(ByteBuffer(repeating: 0, count: bytes))) }
        func end() throws { try send(.end(nil)) }

        private func send(_ part: HTTPServerRequestPart) throws { try channel.writeInbound(part) }

        func answer(_ bytes: Int = 3) throws {
            let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["content-length": "\(bytes)"])
            try channel.writeOutbound(HTTPServerResponsePart.head(head))
            try channel.writeOutbound(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(repeating: 0, count: bytes))))
            try channel.writeOutbound(HTTPServerResponsePart.end(nil))
        }

        /// How many parts of requests came through.
        func passed() throws -> Int {
            var count = 0
            while try channel.readInbound(as: HTTPServerRequestPart.self) != nil { count += 1 }
            return count
        }

        /// The status of the next answer that was sent, and whether it says that the connection ends.
        func sent() throws -> (status: UInt, isLast: Bool)? {
            while let part = try channel.readOutbound(as: HTTPServerResponsePart.self) {
                if case .head(let head) = part {
                    return (head.status.code, head.headers["connection"] == ["close"])
                }
            }
            return nil
        }

        func wait(_ seconds: Int64) { channel.embeddedEventLoop.advanceTime(by: .seconds(seconds)) }
    }

    @Test func `request after request passes and is answered`() throws {
        let connection = try Connection()
        for _ in 0..<3 {
            try connection.head()
            try connection.body(10)
            try connection.end()
            #expect(try connection.passed() == 3)
            try connection.answer()
            let sent = try #require(try connection.sent())
            #expect(sent.status == 200 && !sent.isLast)
        }
        #expect(connection.channel.isActive)
    }

    @Test(
        arguments: [
            (["content-length": "1001"], 413), (["content-length": "99999999999999999999999"], 400),
            (["content-length": "-1"], 400), ([:], 411), (["content-length": "1", "content-encoding": "br"], 415),
            (["content-length": "1", "host": "evil.example"], 421),
            (["content-length": "1", "origin": "http://evil.example"], 403),
        ] as [(HTTPHeaders, UInt)])
    func `a head that is not to be served is answered, and the connection ended`(
        headers: HTTPHeaders, status: UInt
    ) throws {
        let connection = try Connection()
        try connection.head(headers)
        let sent = try #require(try connection.sent())
        #expect(sent.status == status && sent.isLast)
        try connection.body(10)
        try connection.end()
        #expect(try connection.passed() == 0)
        connection.wait(5)
        #expect(!connection.channel.isActive)
    }

    @Test func `a body is taken up to its limit, and one byte more is refused`() throws {
        let connection = try Connection()
        try connection.head(["transfer-encoding": "chunked"])
        try connection.body(1_000)
        #expect(try connection.passed() == 2)
        try connection.body(1)
        #expect(try connection.passed() == 0)
        #expect(try connection.sent()?.status == 413)
    }

    @Test func `what all requests hold is bounded, and given back`() throws {
        let budget = Budget(limit: 1_500)
        let first = try Connection(budget: budget)
        let second = try Connection(budget: budget)
        try first.head(["transfer-encoding": "chunked"])
        try first.body(1_000)
        try second.head(["transfer-encoding": "chunked"])
        try second.body(700)  // 600 of them are counted, and that is all there was
        #expect(try second.passed() == 2)
        try second.body(1)
        #expect(try second.sent()?.status == 503)
        try first.end()
        try first.answer()
        let third = try Connection(budget: budget)
        try third.head(["transfer-encoding": "chunked"])
        try third.body(1_000)
        #expect(try third.passed() == 2)
    }

    @Test func `an answer that is too much for all together is not begun`() throws {
        let connection = try Connection(budget: Budget(limit: 1_500))
        try connection.head()
        try connection.body(10)
        try connection.end()
        #expect(throws: (any Error).self) { try connection.answer(1_601) }
        #expect(try connection.sent()?.status == 503)
    }

    @Test func `a connection that asks for nothing is closed in time`() throws {
        let connection = try Connection()
        connection.wait(29)
        #expect(connection.channel.isActive)
        connection.wait(1)
        #expect(!connection.channel.isActive)
        #expect(try connection.sent() == nil)
    }

    @Test func `a body that does not come whole in time is refused, however it trickles`() throws {
        let connection = try Connection()
        connection.wait(20)
        try connection.head(["content-length": "1000"])
        for _ in 0..<119 {
            connection.wait(1)
            try connection.body(1)
        }
        #expect(try connection.sent() == nil)
        connection.wait(1)
        #expect(try connection.sent()?.status == 408)
        connection.wait(5)
        #expect(!connection.channel.isActive)
    }

    @Test func `an answer may take its time to be made, and idleness counts from its end`() throws {
        let connection = try Connection()
        try connection.head()
        try connection.body(10)
        try connection.end()
        connection.wait(10_000)
        #expect(connection.channel.isActive)
        try connection.answer()
        connection.wait(29)
        #expect(connection.channel.isActive)
        connection.wait(1)
        #expect(!connection.channel.isActive)
    }

    @Test func `a client that does not take its answer is cut in time`() throws {
        let connection = try Connection()
        try connection.head()
        try connection.body(10)
        try connection.end()
        connection.channel.isWritable = false
        try connection.answer()
        connection.wait(59)
        #expect(connection.channel.isActive)
        connection.wait(1)
        #expect(!connection.channel.isActive)
    }

    @Test(arguments: [["connection": "close"], ["connection": "upgrade", "upgrade": "h2c"]] as [HTTPHeaders])
    func `a client that says close, or wants another protocol, is answered and closed`(said: HTTPHeaders) throws {
        let connection = try Connection()
        var headers = said
        headers.add(name: "content-length", value: "10")
        try connection.head(headers)
        try connection.body(10)
        try connection.end()
        try connection.answer()
        #expect(try connection.sent()?.isLast == true)
        #expect(!connection.channel.isActive)
    }

    @Test func `a client that waits to be told to go on is told, once its head is found good`() throws {
        let connection = try Connection()
        try connection.head(["content-length": "10", "expect": "100-continue"])
        #expect(try connection.sent()?.status == 100)
        try connection.body(10)
        try connection.end()
        try connection.answer()
        #expect(try connection.sent()?.status == 200)
        let refused = try Connection()
        try refused.head(["content-length": "1001", "expect": "100-continue"])
        #expect(try refused.sent()?.status == 413)
    }

    @Test func `what a request holds is given back when it is answered, though its client has gone`() throws {
        let budget = Budget(limit: 900)
        let gate = HTTPGuard(policy: HostPolicy(names: []), limits: Self.limits, budget: budget)
        let channel = EmbeddedChannel(handler: gate)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: "/", headers: ["host": "localhost", "content-length": "1000"])
        try channel.writeInbound(HTTPServerRequestPart.head(head))
        try channel.writeInbound(HTTPServerRequestPart.body(ByteBuffer(repeating: 0, count: 1_000)))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        try channel.close().wait()
        #expect(!budget.take(1))
        gate.answerMade()
        #expect(budget.take(900))
    }

    @Test func `a stop ends who waits at once, and who is served after the answer`() throws {
        let idle = try Connection()
        let busy = try Connection()
        try busy.head()
        for connection in [idle, busy] {
            connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
        #expect(!idle.channel.isActive)
        #expect(busy.channel.isActive)
        try busy.body(10)
        try busy.end()
        try busy.answer()
        #expect(try busy.sent()?.isLast == true)
        #expect(!busy.channel.isActive)
    }

    @Test(
        arguments: [(HTTPParserError.headerOverflow, 431), (HTTPParserError.invalidVersion, 400)]
            as [(HTTPParserError, UInt)])
    func `what the parser refuses is answered`(error: HTTPParserError, status: UInt) throws {
        let connection = try Connection()
        connection.channel.pipeline.fireErrorCaught(error)
        #expect(try connection.sent()?.status == status)
    }
}
