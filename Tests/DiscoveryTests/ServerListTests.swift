import BoardClient
import BoardServer
import Logging
import MessageBoard
import NIOCore
import Testing

/// Lists of servers, and names with several addresses.
struct ServerListTests {
    @Test(arguments: [
        ("a:1,b:2", "a:1,b:2"), ("a, b", "a:7777,b:7777"), ("8000", "127.0.0.1:8000"), ("[::1]:5,c", "[::1]:5,c:7777"),
        ("", "127.0.0.1:7777"),
    ])
    func `a list is endpoints between commas`(text: String, read: String) {
        #expect(ServerList(text)?.description == read)
    }

    @Test(arguments: ["a,", ",a", "a,,b", "a:x,b", "a:99999", (0...16).map { "h\($0)" }.joined(separator: ",")])
    func `what is no list is none`(text: String) {
        #expect(ServerList(text) == nil)
    }

    @Test func `families take turns, beginning with the one that the system prefers`() throws {
        func order(_ addresses: [String]) throws -> [String?] {
            HostAddresses.alternating(try addresses.map { try SocketAddress(ipAddress: $0, port: 1) }).map(\.ipAddress)
        }
        #expect(try order(["::1", "::2", "::3", "1.1.1.1", "2.2.2.2"]) == ["::1", "1.1.1.1", "::2", "2.2.2.2", "::3"])
        #expect(try order(["1.1.1.1", "2.2.2.2", "::1"]) == ["1.1.1.1", "::1", "2.2.2.2"])
        #expect(try order(["1.1.1.1"]) == ["1.1.1.1"])
        #expect(try order([]) == [])
        #expect(try order((0..<20).map { "192.0.2.\($0)" }).count == HostAddresses.maximum)
        #expect(try order(["::1", "1.1.1.1", "2.2.2.2"]) == ["::1", "1.1.1.1", "2.2.2.2"])
    }

    /// An endpoint of a road where nobody listens.
    private let closed = Endpoint(host: "127.0.0.1", port: 1)

    private func withServer(_ transport: Transport, _ body: (Endpoint) async throws -> Void) async throws {
        let processor = RequestProcessor(board: MemoryBoard(now: { Timestamp(microseconds: 1) }))
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            switch transport {
            case .datagrams:
                let gateway = try await UDPGateway(host: "127.0.0.1", port: 0, processor: processor, logger: logger)
                group.addTask { try await gateway.run() }
                try await body(#require(Endpoint(gateway.endpoint)))
            case .connections:
                let gateway = try await TCPGateway(host: "127.0.0.1", port: 0, processor: processor, logger: logger)
                group.addTask { try await gateway.run() }
                try await body(#require(Endpoint(gateway.endpoint)))
            }
            group.cancelAll()
        }
    }

    @Test(arguments: [Transport.datagrams, .connections])
    func `the first server that answers is taken, and dead ones before it are passed over`(
        transport: Transport
    ) async throws {
        try await withServer(transport) { endpoint in
            let list = try #require(ServerList("\(closed),\(closed),\(endpoint)"))
            #expect(try await list.reachable(by: transport, within: .seconds(10)) == endpoint)
            let other = try #require(ServerList("\(endpoint),\(closed)"))
            #expect(try await other.reachable(by: transport, within: .seconds(10)) == endpoint)
        }
    }

    @Test(arguments: [Transport.datagrams, .connections])
    func `a list of dead servers names them all`(transport: Transport) async throws {
        let list = try #require(ServerList("127.0.0.1:1,127.0.0.1:2"))
        await #expect {
            try await list.reachable(by: transport, within: .seconds(10))
        } throws: { error in
            guard case ClientError.unreachable(let endpoint, let reason) = error else { return false }
            return endpoint == "127.0.0.1:1, 127.0.0.1:2" && reason.contains("refused")
        }
    }

    @Test(arguments: [Transport.datagrams, .connections])
    func `a single server is not asked twice: the request itself will tell`(transport: Transport) async throws {
        #expect(try await ServerList(closed).reachable(by: transport, within: .seconds(10)) == closed)
    }

    @Test func `a name with several addresses is reached at the one that answers`() async throws {
        try await withServer(.datagrams) { endpoint in
            let name = Endpoint(host: "localhost", port: endpoint.port)
            let address = try await name.answering(by: .datagrams, within: .seconds(10))
            #expect(address.host == "127.0.0.1")
        }
    }

    @Test func `a name that nobody knows is said so`() async throws {
        let name = Endpoint(host: "no-such-host.invalid", port: 1)
        await #expect {
            try await name.answering(by: .datagrams, within: .seconds(10))
        } throws: { error in
            if case ClientError.unreachable(_, let reason) = error { reason.contains("not known") } else { false }
        }
    }
}
