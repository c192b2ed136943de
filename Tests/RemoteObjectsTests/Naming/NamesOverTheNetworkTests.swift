import Distributed
import NIOCore
import NIOPosix
import PyroPartner
import PyroWire
import RemoteObjects
import Testing

distributed actor Greeter {
    typealias ActorSystem = PyroActorSystem

    distributed func greet(name: String) -> String { "hello, \(name)" }
}

/// Names between systems, found where they are said to be, on this host, and by broadcast.
struct NamesOverTheNetworkTests {
    /// A name server with a broadcast responder, for as long as the body runs.
    private func withNameServer(
        host: String = "127.0.0.1", limits: NameServerLimits = NameServerLimits(),
        _ body: (_ server: String, _ broadcast: Int) async throws -> Void
    ) async throws {
        let system = PyroActorSystem()
        let server = try await PyroServer(system, host: host, port: 0)
        let names = try await NameServer.start(on: system)
        let responder = try await BroadcastResponder(nameServer: server.endpoint, port: 0, limits: limits)
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            group.addTask { try await responder.run() }
            try await body(server.endpoint, Self.port(responder.endpoint))
            group.cancelAll()
        }
        _ = names
    }

    private static func port(_ endpoint: String) -> Int { Int(endpoint.split(separator: ":").last ?? "") ?? 0 }

    /// Nowhere, on this host.
    private static func search(port: Int = 1, broadcast: Int? = nil) -> NameServerSearch {
        var search = NameServerSearch()
        (search.port, search.broadcastPort) = (port, broadcast)
        return search
    }

    @Test func `an object is registered by one process, found and called by another, and taken away`() async throws {
        try await withNameServer { place, _ in
            let owner = PyroActorSystem()
            let server = try await PyroServer(owner, port: 0)
            let greeter = try await owner.named("greeter") { Greeter(actorSystem: $0) }
            try await withThrowingTaskGroup { group in
                group.addTask { try await server.run() }
                try await owner.register("a.greeter", greeter, metadata: ["polite"], at: place)
                let caller = PyroActorSystem()
                for name in ["PYRONAME:a.greeter@\(place)", "PYROMETA:polite@\(place)", owner.uri(of: greeter)] {
                    let found = try Greeter.resolve(id: try await caller.locate(name), using: caller)
                    #expect(try await found.greet(name: name) == "hello, \(name)")
                }
                let search = Self.search(port: Self.port(place))
                #expect("\(try await caller.locate("a.greeter", search: search))" == owner.uri(of: greeter))
                #expect(
                    await exception {
                        try await owner.register("a.greeter", greeter, safe: true, at: place)
                    } == "NamingError: name already registered: a.greeter")
                #expect(try await owner.unregister("a.greeter", at: place))
                #expect(try await !owner.unregister("a.greeter", at: place))
                #expect(
                    await exception { _ = try await caller.locate("PYRONAME:a.greeter@\(place)") }
                        == "NamingError: unknown name: a.greeter")
                #expect(
                    await exception { _ = try await caller.locate("PYROMETA:polite@\(place)") }
                        == "NamingError: no object has the metadata polite")
                group.cancelAll()
            }
        }
    }

    @Test func `a name leads to where its object has moved`() async throws {
        try await withNameServer { place, _ in
            try await serving { first, _ async throws in
                try await serving { second, secondServer async throws in
                    await first.activate(Counter.self, under: "counters/", store: MemoryStates())
                    await second.activate(Counter.self, under: "counters/", store: MemoryStates(), isMovable: true)
                    try await first.register("a.counter", objectNamed: "counters/a", metadata: ["counts"], at: place)
                    let caller = PyroActorSystem(logger: quiet)
                    let name = "PYRONAME:a.counter@\(place)"
                    let before = try Counter.resolve(id: try await caller.locate(name), using: caller)
                    #expect(try await before.increment() == 1)
                    try await first.move("counters/a", to: secondServer.endpoint)
                    let found = try await caller.locate(name)
                    #expect("\(found)" == "PYRO:counters/a@\(secondServer.endpoint)")
                    #expect(try await caller.locate("PYROMETA:counts@\(place)") == found)
                    #expect(try await Counter.resolve(id: found, using: caller).increment() == 2)
                }
            }
        }
    }

    @Test func `a name server on no known port is found by broadcast`() async throws {
        try await withNameServer { place, broadcast in
            let system = PyroActorSystem()
            let id = try await system.locate("Pyro.NameServer", search: Self.search(broadcast: broadcast))
            #expect("\(id)" == "PYRO:Pyro.NameServer@\(place)")
        }
    }

    @Test func `a daemon that is no name server is passed over`() async throws {
        let other = try await PyroServer(PyroActorSystem(), port: 0)
        try await withNameServer { place, broadcast in
            try await withThrowingTaskGroup { group in
                group.addTask { try await other.run() }
                let search = Self.search(port: Self.port(other.endpoint), broadcast: broadcast)
                let id = try await PyroActorSystem().locate("Pyro.NameServer", search: search)
                #expect("\(id)" == "PYRO:Pyro.NameServer@\(place)")
                group.cancelAll()
            }
        }
    }

    @Test func `where there is no name server the error says where it was looked for`() async throws {
        let words = await exception { _ = try await PyroActorSystem().locate("x", search: Self.search()) }
        #expect(words?.contains("no name server at 127.0.0.1:1 and 127.0.1.1:1. Start one") == true, "\(words ?? "")")
    }

    @Test(arguments: ["", "a b", "PYRO:x@host:port", "PYRO:x@./u:/tmp/x"])
    func `what is no name is refused`(_ name: String) async throws {
        await #expect(throws: RemoteObjectError.self) {
            try await PyroActorSystem().locate(name, search: Self.search())
        }
    }

    @Test func `only the question is answered, with the address that the asker reaches`() async throws {
        try await withNameServer(host: "0.0.0.0") { place, broadcast in
            let asker = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(host: "127.0.0.1", port: 0) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>(
                            wrappingChannelSynchronously: channel)
                    }
                }
            let responder = try SocketAddress(ipAddress: "127.0.0.1", port: broadcast)
            try await asker.executeThenClose { answers, questions in
                for text in ["", "GET_NSUR", "GET_NSURI ", "get_nsuri", "PYRO:x@h:1", "GET_NSURI"] {
                    try await questions.write(
                        AddressedEnvelope(remoteAddress: responder, data: ByteBuffer(string: text)))
                }
                var iterator = answers.makeAsyncIterator()
                let answer = try await iterator.next()
                let text = answer.map { String(buffer: $0.data) }
                #expect(text == "PYRO:Pyro.NameServer@127.0.0.1:\(Self.port(place))")
            }
        }
    }

    @Test func `answers to broadcasts are bounded in a second`() {
        var rate = AnswerRate(perSecond: 3)
        let times: [(milliseconds: Int, isAnswered: Bool)] = [
            (0, true), (0, true), (0, true), (0, false), (333, false), (334, true), (335, false), (10_000, true),
            (10_000, true), (10_000, true), (10_000, false),
        ]
        for (milliseconds, isAnswered) in times {
            #expect(rate.take(at: .milliseconds(milliseconds)) == isAnswered, "at \(milliseconds) ms")
        }
    }

    @Test(arguments: [
        ("127.0.0.1", false), ("localhost", false), ("::1", false), ("::", false), ("0.0.0.0", true),
        ("192.168.1.2", true),
    ])
    func `broadcasts are of use where others can connect`(_ host: String, _ isUseful: Bool) {
        #expect(BroadcastResponder.isUseful(for: host) == isUseful)
    }
}
