import BoardClient
import BoardServer
import BoardWire
import Logging
import MessageBoard
import Testing

/// The roads with their own clients, on sockets of this host.
struct RoadTests {
    enum Transport: CaseIterable { case udp, tcp }

    /// Runs a body with a client of a board in memory.
    private func withClient(
        _ transport: Transport, limits: ServerLimits = ServerLimits(),
        _ body: (BoardClient, Endpoint) async throws -> Void
    ) async throws {
        let processor = RequestProcessor(board: MemoryBoard(now: { Timestamp(microseconds: 1) }))
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            let endpoint: Endpoint
            switch transport {
            case .udp:
                let gateway = try await UDPGateway(
                    host: "127.0.0.1", port: 0, processor: processor, limits: limits, logger: logger)
                endpoint = try #require(Endpoint(gateway.endpoint))
                group.addTask { try await gateway.run() }
                try await body(BoardClient(road: UDPRoad(endpoint, timeout: .seconds(10))), endpoint)
            case .tcp:
                let gateway = try await TCPGateway(
                    host: "127.0.0.1", port: 0, processor: processor, limits: limits, logger: logger)
                endpoint = try #require(Endpoint(gateway.endpoint))
                group.addTask { try await gateway.run() }
                try await body(BoardClient(road: TCPRoad(endpoint, timeout: .seconds(10))), endpoint)
            }
            group.cancelAll()
        }
    }

    @Test(arguments: Transport.allCases)
    func `what is published is read back with everything`(transport: Transport) async throws {
        try await withClient(transport) { client, _ in
            let attributes = try Attributes(["title": "x"])
            let id = try await client.publish(
                PublishRequest(board: BoardName("notes")!, author: "Ada", attributes: attributes, body: [0, 255]))
            let message = try await client.message(id)
            #expect(message.board == BoardName("notes")!)
            #expect(message.author == "Ada")
            #expect(message.attributes == attributes)
            #expect(message.body == [0, 255])
            #expect(message.origin.address == "127.0.0.1")
            #expect(message.origin.road == (transport == .udp ? .udp : .tcp))
        }
    }

    @Test(arguments: Transport.allCases)
    func `a request sent twice publishes once`(transport: Transport) async throws {
        try await withClient(transport) { client, _ in
            let request = PublishRequest(author: "Ada", requestID: [1, 2, 3], body: [1])
            let ids = [try await client.publish(request), try await client.publish(request)]
            #expect(ids[0] == ids[1])
        }
    }

    @Test(arguments: Transport.allCases)
    func `a message that is not there is the server's no`(transport: Transport) async throws {
        try await withClient(transport) { client, _ in
            await #expect { try await client.message(99) } throws: { error in
                if case ClientError.messageNotFound(99) = error { true } else { false }
            }
        }
    }

    @Test func `an answer over one datagram is refused on UDP and comes whole on TCP`() async throws {
        for transport in Transport.allCases {
            try await withClient(transport) { client, _ in
                for _ in 0..<5 {
                    _ = try await client.publish(PublishRequest(body: [UInt8](repeating: 7, count: 30_000)))
                }
                var read = 0
                do {
                    try await client.last(nil) { read += $0.body.count }
                    #expect(transport == .tcp)
                    #expect(read == 150_000)
                } catch ClientError.answer(.refused(.tooBig, _)) {
                    #expect(transport == .udp)
                }
            }
        }
    }

    @Test func `a request over the limit is refused while it is read`() async throws {
        var limits = ServerLimits()
        limits.requestBytes = 10_000
        try await withClient(.tcp, limits: limits) { client, _ in
            _ = try await client.publish(PublishRequest(body: [UInt8](repeating: 1, count: 9_900)))
            await #expect {
                try await client.publish(PublishRequest(body: [UInt8](repeating: 1, count: 1 << 20)))
            } throws: { error in
                if case ClientError.answer(.refused(.tooBig, _)) = error { true } else { false }
            }
        }
    }

    @Test func `unfinished big requests share one budget, and what is over it is told to come again`() async throws {
        var limits = ServerLimits()
        limits.unfinishedRequestBytes = 100_000
        try await withClient(.tcp, limits: limits) { client, _ in
            await #expect {
                try await client.publish(PublishRequest(body: [UInt8](repeating: 1, count: 200_000)))
            } throws: { error in
                if case ClientError.answer(.refused(.serverFailed, _)) = error { true } else { false }
            }
            _ = try await client.publish(PublishRequest(body: [UInt8](repeating: 1, count: 90_000)))
            _ = try await client.publish(PublishRequest(body: [UInt8](repeating: 1, count: 90_000)))
        }
    }

    @Test func `an answer that a session cannot keep is told to be none`() async throws {
        var limits = ServerLimits()
        limits.sessionAnswerBytes = 150
        try await withClient(.udp, limits: limits) { _, endpoint in
            let client = BoardClient(road: SessionRoad(endpoint, timeout: .seconds(10)))
            for _ in 0..<3 { _ = try await client.publish(PublishRequest(body: Array(repeating: 0x61, count: 100))) }
            await #expect {
                try await client.last(nil) { _ in }
            } throws: { error in
                if case ClientError.answer(.refused(.serverFailed, _)) = error { true } else { false }
            }
        }
    }

    @Test func `a port that another server has is refused`() async throws {
        try await withClient(.udp) { _, endpoint in
            let processor = RequestProcessor(board: MemoryBoard(now: { Timestamp(microseconds: 1) }))
            let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            await #expect(throws: BindError.self) {
                _ = try await UDPGateway(host: "127.0.0.1", port: endpoint.port, processor: processor, logger: logger)
            }
        }
    }

    @Test func `nobody there is said at once`() async throws {
        let client = BoardClient(road: TCPRoad(Endpoint(host: "127.0.0.1", port: 1), timeout: .seconds(10)))
        await #expect { try await client.message(1) } throws: { error in
            if case ClientError.unreachable = error { true } else { false }
        }
    }
}

struct EndpointTests {
    @Test(arguments: [
        ("127.0.0.1:80", "127.0.0.1", 80), ("host", "host", 7_777), (":8000", "127.0.0.1", 8_000),
        ("[::1]:9", "::1", 9), ("[::1]", "::1", 7_777), ("::1", "::1", 7_777), ("host:0", "host", 0),
        ("8080", "127.0.0.1", 8_080),
    ])
    func `an endpoint is read`(text: String, host: String, port: Int) {
        #expect(Endpoint(text) == Endpoint(host: host, port: port))
    }

    @Test(arguments: ["host:x", "host:65536", "65536", "host:-1", "[::1", "[::1]x", "host:"])
    func `what is none is refused`(text: String) {
        #expect(Endpoint(text) == nil)
    }
}
