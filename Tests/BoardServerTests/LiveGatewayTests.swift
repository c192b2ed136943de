import BoardServer
import BoardWire
import Logging
import MessageBoard
import NIOCore
import ServiceLifecycle
import Synchronization
import Testing

/// The live road over sockets of this host.
struct LiveGatewayTests {
    /// Runs a body with a gateway to a board in memory.
    private func withRoad(
        limits: ServerLimits = ServerLimits(), logger: Logger = Self.quiet,
        _ body: @Sendable (String, MemoryBoard) async throws -> Void
    ) async throws {
        let board = MemoryBoard(now: { Timestamp(microseconds: 1) })
        let gateway = try await LiveGateway(
            host: "127.0.0.1", port: 0, processor: RequestProcessor(board: board), limits: limits, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await gateway.run() }
            try await body(gateway.endpoint, board)
            group.cancelAll()
        }
    }

    private static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private func draft(_ text: String, on board: String = "public") throws -> Draft {
        try Draft(
            board: BoardName(board)!, body: Array(text.utf8),
            origin: Origin(address: "192.0.2.1", port: 1, road: .udp))
    }

    @Test func `what one publishes the others are told of, and fetch once`() async throws {
        try await withRoad { endpoint, _ in
            try await LiveClient.with(endpoint) { ada in
                try await LiveClient.with(endpoint) { bob in
                    try await bob.send("2:;")
                    #expect(try await bob.next() == "1:")
                    try await ada.send(.publish(body: Array("hello".utf8)))
                    #expect(try await ada.next() == "0:")
                    #expect(try await ada.next() == "7:")
                    #expect(try await bob.next() == "7:")
                    try await bob.send("2:;2:;")
                    #expect(try await bob.bodies(1) == ["hello"])
                    #expect(try await bob.next() == "1:")
                }
            }
        }
    }

    @Test func `everything that several publish is pushed to everybody once and in order`() async throws {
        try await withRoad { endpoint, board in
            let count = 2_000
            try await withThrowingTaskGroup(of: [String].self) { group in
                for number in 0..<4 {
                    group.addTask {
                        try await LiveClient.with(endpoint) { client in
                            try await client.send(.delivery(number % 2 == 0 ? .push : .pushRecords))
                            return try await client.bodies(4 * count)
                        }
                    }
                    group.addTask {
                        try await LiveClient.with(endpoint) { client in
                            for message in 0..<count {
                                try await client.send(.publish(body: Array("\(number) \(message)".utf8)))
                            }
                            for _ in 0..<count { while try await client.next() != "0:" {} }
                            return []
                        }
                    }
                }
                let lists = try await group.reduce(into: [[String]]()) { if !$1.isEmpty { $0.append($1) } }
                let stored = try await board.last(.max).map { String(decoding: $0.body, as: UTF8.self) }
                #expect(lists.count == 4)
                for list in lists { #expect(list == stored) }
                for number in 0..<4 {
                    let own = stored.filter { $0.hasPrefix("\(number) ") }
                    #expect(own == (0..<count).map { "\(number) \($0)" })
                }
            }
        }
    }

    @Test func `a fetch gives a board of any size, and its end is fixed when it is asked for`() async throws {
        try await withRoad { endpoint, board in
            for number in 0..<2_000 {
                _ = try await board.publish(draft(String(repeating: "\(number % 10)", count: 2_000)))
            }
            try await LiveClient.with(endpoint) { client in
                try await client.send("2:;")
                guard case .texts(let texts) = try await client.answer() else {
                    Issue.record("another answer")
                    return
                }
                #expect(texts.count == 2_000)
                #expect(
                    texts.map { Int(String(decoding: $0.body.prefix(1), as: UTF8.self)) } == (0..<2_000).map { $0 % 10 }
                )
            }
        }
    }

    @Test func `a pattern gives the messages of its boards, and switching back nothing twice`() async throws {
        try await withRoad { endpoint, board in
            for (text, name) in [("1", "news.a"), ("2", "public"), ("3", "news.b")] {
                _ = try await board.publish(draft(text, on: name))
            }
            try await LiveClient.with(endpoint) { client in
                try await client.send(.delivery(.push))
                #expect(try await client.bodies(1) == ["2"])
                try await client.send(.boards(BoardPattern("news.*")!))
                #expect(try await client.bodies(2) == ["1", "3"])
                _ = try await board.publish(draft("4", on: "news.c"))
                _ = try await board.publish(draft("5"))
                #expect(try await client.bodies(1) == ["4"])
                try await client.send(.boards(BoardPattern(.public)))
                #expect(try await client.bodies(1) == ["5"])
                try await client.send(.listBoards)
                var answer = try await client.answer()
                if answer == .done { answer = try await client.answer() }
                let names = ["news.a": 1, "news.b": 3, "news.c": 4, "public": 5] as [String: MessageID]
                #expect(answer == .boards(Dictionary(uniqueKeysWithValues: names.map { (BoardName($0)!, $1) })))
            }
        }
    }

    @Test func `records carry everything, the road too`() async throws {
        try await withRoad { endpoint, board in
            try await LiveClient.with(endpoint) { client in
                try await client.send(.delivery(.pushRecords), .publishNamed(5, body: [0, 255]))
                var records: [Message] = []
                var answers: [LiveAnswer] = []
                while records.isEmpty || answers.count < 2 {
                    let answer = try await client.answer()
                    if case .records(let messages) = answer { records += messages } else { answers.append(answer) }
                }
                #expect(answers == [.done, .published(5, 1)])
                #expect(records.map(\.body) == [[0, 255]])
                #expect(records.map(\.origin.road) == [.live])
                #expect(records == [try await board.message(1)])
            }
        }
    }

    @Test(arguments: [("x:;", "4:"), ("1:*;", "2:"), ("nonsense;", "2:"), (";", "2:"), ("5:9;", "2:")])
    func `what cannot be read is answered, and the connection goes on`(request: String, answer: String) async throws {
        try await withRoad { endpoint, _ in
            try await LiveClient.with(endpoint) { client in
                try await client.send(request + "\n2:;")
                #expect(try await client.next() == answer)
                #expect(try await client.next() == "1:")
            }
        }
    }

    @Test func `a line over the limit is answered and the connection ended, a publish of that size is taken`()
        async throws
    {
        var limits = ServerLimits()
        limits.liveRequestBytes = 1_000
        limits.livePublishBytes = 10_000
        try await withRoad(limits: limits) { endpoint, _ in
            for (request, answer) in [("1", "0:"), ("6:1", "8:1:2"), ("2", "2:")] {
                try await LiveClient.with(endpoint) { client in
                    try await client.send("\(request):" + String(repeating: "YWJj", count: 2_000) + ";")
                    #expect(try await client.next() == answer)
                }
            }
            try await LiveClient.with(endpoint) { client in
                try await client.send("1:" + String(repeating: "YWJj", count: 2_600))
                #expect(try await client.next() == "2:")
                await #expect(throws: LiveClient.Ended.self) { try await client.next() }
            }
        }
    }

    @Test func `unfinished big requests are counted in a budget, and give back what they took`() async throws {
        var limits = ServerLimits()
        limits.unfinishedRequestBytes = 100_000
        try await withRoad(limits: limits) { endpoint, _ in
            let big = String(repeating: "YWJj", count: 20_000)
            try await LiveClient.with(endpoint) { client in
                try await client.send("1:" + big + big)
                guard case .failed(nil, _) = try await client.answer() else {
                    Issue.record("not refused")
                    return
                }
            }
            for _ in 0..<3 {
                try await LiveClient.with(endpoint) { client in
                    try await client.send("1:" + big + ";")
                    #expect(try await client.next() == "0:")
                }
            }
        }
    }

    @Test func `a connection over the limit is closed, and the others go on`() async throws {
        var limits = ServerLimits()
        limits.connections = 1
        try await withRoad(limits: limits) { endpoint, _ in
            try await LiveClient.with(endpoint) { first in
                try await first.send("2:;")
                #expect(try await first.next() == "1:")
                await #expect(throws: (any Error).self) {
                    try await LiveClient.with(endpoint) { second in
                        try await second.send("2:;")
                        _ = try await second.next()
                    }
                }
                try await first.send("2:;")
                #expect(try await first.next() == "1:")
            }
        }
    }

    /// Both with what is pushed and with a fetch that is not read.
    @Test(arguments: ["5:1;", "2:;"])
    func `who takes nothing is dropped and logged, and the others go on`(request: String) async throws {
        var limits = ServerLimits()
        limits.liveLagBytes = 100_000
        let dropped = LogLines()
        try await withRoad(limits: limits, logger: Logger(label: "test", factory: { _ in dropped })) {
            endpoint, board in
            let text = String(repeating: "x", count: 1 << 20)
            for _ in 0..<16 { _ = try await board.publish(draft(text)) }
            try await LiveClient.with(endpoint) { lazy in
                try await lazy.send(request)
                try await LiveClient.with(endpoint) { client in
                    try await client.send(.resumeAtLast(count: 0), .delivery(.push))
                    #expect(try await client.next() == "0:")
                    #expect(try await client.next() == "0:")
                    var published = 0
                    while dropped.lines.isEmpty && published < 1_000 {
                        _ = try await board.publish(draft(String(repeating: "y", count: 10_000)))
                        published += 1
                        #expect(try await client.bodies(1)[0].count == 10_000)
                    }
                    #expect(dropped.lines.first?.contains("does not take what it is sent") == true)
                    #expect(dropped.lines.allSatisfy { !$0.contains("yyy") && !$0.contains("xxx") })
                }
            }
        }
    }

    @Test func `a half-closed connection is answered, then closed`() async throws {
        try await withRoad { endpoint, _ in
            try await LiveClient.with(endpoint) { client in
                try await client.send("1:aGk=;6:4:aG8=;2:;")
                client.outbound.finish()
                #expect(try await client.next() == "0:")
                #expect(try await client.next() == "8:4:2")
                #expect(try await client.bodies(2) == ["hi", "ho"])
                await #expect(throws: LiveClient.Ended.self) { while true { _ = try await client.next() } }
            }
        }
    }

    @Test func `who comes before the board is followed gets what was there too`() async throws {
        let board = MemoryBoard(now: { Timestamp(microseconds: 1) })
        let gateway = try await LiveGateway(
            host: "127.0.0.1", port: 0, processor: RequestProcessor(board: board), logger: Self.quiet)
        _ = try await board.publish(draft("early"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await LiveClient.with(gateway.endpoint) { client in
                try await client.send(.delivery(.push))
                #expect(try await client.next() == "0:")
                group.addTask { try await gateway.run() }
                let bodies = try await client.bodies(1)
                #expect(bodies == ["early"])
            }
            group.cancelAll()
        }
    }

    @Test func `a stop ends connections that have nothing in hand`() async throws {
        let board = MemoryBoard(now: { Timestamp(microseconds: 1) })
        let gateway = try await LiveGateway(
            host: "127.0.0.1", port: 0, processor: RequestProcessor(board: board), logger: Self.quiet)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [.init(service: gateway)], logger: Self.quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await LiveClient.with(gateway.endpoint) { client in
                try await client.send("5:1;")
                #expect(try await client.next() == "0:")
                await group.triggerGracefulShutdown()
                await #expect(throws: LiveClient.Ended.self) { try await client.next() }
            }
            try await tasks.waitForAll()
        }
    }
}

/// Keeps the lines that are logged.
private final class LogLines: LogHandler {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    var logLevel: Logger.Level {
        get { .info }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        kept.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
    }
}
