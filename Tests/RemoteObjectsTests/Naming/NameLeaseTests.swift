import NIOCore
import NIOPosix
import PyroWire
import RemoteObjects
import Synchronization
import Testing

/// How long a daemon that says nothing keeps its names.
struct NameLeaseTests {
    /// Answers pings as the test says.
    private final class Daemons: Sendable {
        let answers = Mutex<[String: Bool?]>([:])
        let asked = Mutex<[String]>([])

        func ping(_ host: String, _ port: Int) -> Bool? {
            asked.withLock { $0.append("\(host):\(port)") }
            return answers.withLock { $0["\(host):\(port)"] ?? nil }
        }
    }

    private let server: NamesForTests
    private let sweeper: NameSweeper
    private let daemons = Daemons()

    init() async throws {
        server = try await NamesForTests()
        sweeper = NameSweeper(server.names, limits: NameServerLimits()) { [daemons] in daemons.ping($0, $1) }
    }

    /// Rounds with an answer of the same kind, 10 s after one another.
    private func sweep(_ rounds: Int, _ answers: [String: Bool?]) async {
        daemons.answers.withLock { $0 = answers }
        for _ in 0..<rounds {
            server.clock.advance(seconds: 10)
            await sweeper.sweep()
        }
    }

    @Test func `after three pings in a row without an answer a daemon's names go, and nobody else's`() async throws {
        try await server.register("a", "PYRO:a@one:1")
        try await server.register("b", "PYRO:b@one:1")
        try await server.register("c", "PYRO:c@two:1")
        await sweep(1, ["one:1": true, "two:1": true])
        await sweep(2, ["one:1": false, "two:1": true])
        #expect(try await server.allNames() == ["a", "b", "c"])
        await sweep(1, ["one:1": true, "two:1": true])
        await sweep(2, ["one:1": false, "two:1": true])
        #expect(try await server.allNames() == ["a", "b", "c"])
        await sweep(1, ["one:1": false, "two:1": true])
        #expect(try await server.allNames() == ["c"])
    }

    @Test func `a daemon is asked once for all its names`() async throws {
        for number in 0..<100 { try await server.register("name.\(number)", "PYRO:x\(number)@one:1") }
        await sweep(1, ["one:1": true])
        #expect(daemons.asked.withLock { $0 } == ["one:1"])
    }

    @Test func `who has not answered yet has a minute`() async throws {
        try await server.register("a", "PYRO:a@one:1")
        await sweep(5, ["one:1": false])
        #expect(try await server.allNames() == ["a"])
        await sweep(1, ["one:1": false])
        #expect(try await server.allNames() == [])
    }

    @Test func `a registration is a new lease`() async throws {
        try await server.register("a", "PYRO:a@one:1")
        await sweep(1, ["one:1": true])
        await sweep(2, ["one:1": false])
        try await server.register("b", "PYRO:b@one:1")  // the daemon is back, and not serving yet
        await sweep(5, ["one:1": false])
        #expect(try await server.allNames() == ["a", "b"])
        await sweep(1, ["one:1": false])
        #expect(try await server.allNames() == [])
    }

    @Test func `a name that moved while its old daemon was asked stays`() async throws {
        try await server.register("a", "PYRO:a@one:1")
        await sweep(1, ["one:1": true])
        await sweep(2, ["one:1": false])
        let server = server
        let moving = NameSweeper(server.names, limits: NameServerLimits()) { _, _ in
            try? await server.register("a", "PYRO:a@two:1")
            return false
        }
        await moving.sweep()
        #expect(try await server.all() == ["a": "PYRO:a@two:1"])
    }

    @Test func `who could not be asked keeps its names`() async throws {
        try await server.register("a", "PYRO:a@one:1")
        await sweep(1, ["one:1": true])
        await sweep(20, ["one:1": nil])
        #expect(try await server.allNames() == ["a"])
    }

    @Test func `what cannot be asked is not asked`() async throws {
        for (name, uri) in [
            ("a", "PYRO:a@./u:/tmp/socket"), ("b", "PYRONAME:other"), ("c", "PYRONAME:other@one:1"),
            ("d", "PYROMETA:x,y@one:1"),
        ] { try await server.register(name, uri) }
        await sweep(20, [:])
        #expect(daemons.asked.withLock { $0 } == [])
        #expect(try await server.allNames() == ["a", "b", "c", "d"])
    }

    @Test func `as many pings as the limit says are under way at a time`() async throws {
        var limits = NameServerLimits()
        limits.pingsAtOnce = 3
        let counts = Mutex((now: 0, most: 0, all: 0))
        for port in 1...20 { try await server.register("name.\(port)", "PYRO:x@one:\(port)") }
        let sweeper = NameSweeper(server.names, limits: limits) { _, _ in
            counts.withLock { counts in
                counts.now += 1
                counts.all += 1
                counts.most = max(counts.most, counts.now)
            }
            await Task.yield()
            counts.withLock { $0.now -= 1 }
            return true
        }
        await sweeper.sweep()
        #expect(counts.withLock { $0.all } == 20)
        #expect((1...3).contains(counts.withLock { $0.most }))
    }

    @Test func `over the network: a daemon answers, so does one that refuses; a closed port and a silent one do not`()
        async throws
    {
        var limits = NameServerLimits()
        (limits.missedPings, limits.firstAnswerSeconds, limits.pingSeconds) = (1, 0, 2)
        let server = try await NamesForTests(limits: limits)
        let daemon = try await PyroServer(PyroActorSystem(), port: 0)
        struct No: Error {}
        let closed = try await PyroServer(PyroActorSystem(), port: 0) { _, _ in throw No() }
        // The kernel takes connections for it, and nobody reads them.
        let silent = try await PyroServer(PyroActorSystem(), port: 0)
        let group = MultiThreadedEventLoopGroup.singleton
        let gone = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        let goneAt = "127.0.0.1:\(gone.localAddress?.port ?? 0)"
        try await gone.close()
        try await server.register("daemon", "PYRO:x@\(daemon.endpoint)")
        try await server.register("refusing", "PYRO:x@\(closed.endpoint)")
        try await server.register("silent", "PYRO:x@\(silent.endpoint)")
        try await server.register("gone", "PYRO:x@\(goneAt)")
        await withTaskGroup { group in
            group.addTask { try? await daemon.run() }
            group.addTask { try? await closed.run() }
            await NameSweeper(server.names, limits: limits).sweep()
            group.cancelAll()
        }
        #expect(try await server.allNames() == ["daemon", "refusing"])
    }
}
