import PyroWire
import RemoteObjects
import Testing

/// The methods of a name server, with the values that Pyro5's own gives (Tests/Interop/test_pyro_names.py asks both).
struct NameServerTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func server(_ kind: StoreKind) async throws -> NamesForTests {
        try await NamesForTests(try kind.make(in: directory))
    }

    @Test(arguments: StoreKind.allCases)
    func `a name leads to its object, and to the metadata when they are asked for`(_ kind: StoreKind) async throws {
        let server = try await server(kind)
        try await server.register("a", "PYRO:thing@host:5000", .tags("x", "y"))
        let uri: PyroValue = [
            "__class__": "Pyro5.core.URI", "state": .tuple(["PYRO", "thing", nil, "host", 5000]),
        ]
        #expect(try await server.names.lookup(name: "a", return_metadata: nil) == uri)
        #expect(try await server.names.lookup(name: "a", return_metadata: false) == uri)
        #expect(try await server.names.lookup(name: "a", return_metadata: 1) == .tuple([uri, .tags("x", "y")]))
        #expect(
            await exception { _ = try await server.names.lookup(name: "b", return_metadata: nil) }
                == "NamingError: unknown name: b")
    }

    @Test(arguments: StoreKind.allCases)
    func `a name that is there is replaced with its metadata, unless the caller wants to be safe`(
        _ kind: StoreKind
    ) async throws {
        let server = try await server(kind)
        try await server.register("a", "PYRO:one@host:1", .tags("x"))
        #expect(
            await exception {
                try await server.names.register(name: "a", uri: "PYRO:two@host:2", safe: true, metadata: nil)
            } == "NamingError: name already registered: a")
        #expect(try await server.all(metadata: true) == ["a": .tuple(["PYRO:one@host:1", .tags("x")])])
        try await server.register("a", "PYRO:two@host:2")
        #expect(try await server.all(metadata: true) == ["a": .tuple(["PYRO:two@host:2", .set([])])])
    }

    @Test func `a URI is listed as it was written`() async throws {
        let server = try await NamesForTests()
        try await server.register("a", "pyro:thing@host:5000")
        let object = try #require(PyroURI("PYRO:b@host:1")).value()
        try await server.names.register(name: "b", uri: object, safe: nil, metadata: nil)
        #expect(try await server.all() == ["a": "pyro:thing@host:5000", "b": "PYRO:b@host:1"])
    }

    @Test(arguments: [
        ("", "PyroError: invalid uri"), ("nonsense", "PyroError: invalid uri"), ("PYRO:", "PyroError: invalid uri"),
        ("PYRO:x", "PyroError: invalid uri"), ("PYRO:x y@host:1", "PyroError: invalid uri"),
        ("PYROX:x@host:1", "PyroError: invalid uri (protocol)"),
        ("PYRO:x@./u:", "PyroError: invalid uri (location)"),
        ("PYRO:x@host", "PyroError: invalid port in uri, port=None"),
        ("PYRO:x@host:port", "PyroError: invalid port in uri, port=port"),
        ("PYRO:x@[[::1]]:1", "PyroError: invalid ipv6 address: enclosed in too many brackets"),
        (
            "PYRO:x@[host]:1",
            "PyroError: invalid ipv6 address: the part between brackets must be a numeric ipv6 address"
        ),
    ])
    func `what is no URI is refused in Pyro5's words`(_ uri: String, _ words: String) async throws {
        let server = try await NamesForTests()
        #expect(await exception { try await server.register("a", uri) } == words)
        #expect(try await server.allNames() == [])
    }

    @Test func `arguments of other types are refused`() async throws {
        let names = try await NamesForTests().names
        let uri: PyroValue = "PYRO:x@host:1"
        let notText = "TypeError: metadata should not be a str, but another iterable (set, list, etc)"
        for (words, call) in [
            (
                "TypeError: only URIs or strings can be registered",
                { try await names.register(name: "a", uri: 5, safe: nil, metadata: nil) }
            ),
            (
                "TypeError: name must be a str",
                { try await names.register(name: 5, uri: uri, safe: nil, metadata: nil) }
            ),
            (notText, { try await names.register(name: "a", uri: uri, safe: nil, metadata: "x") }),
            (
                "TypeError: 'int' object is not iterable",
                { try await names.register(name: "a", uri: uri, safe: nil, metadata: 5) }
            ),
            (
                "TypeError: metadata should have strings in it, not int",
                { try await names.register(name: "a", uri: uri, safe: nil, metadata: [5]) }
            ),
            (notText, { try await names.set_metadata(name: "a", metadata: "x") }),
            ("NamingError: unknown name: a", { try await names.set_metadata(name: "a", metadata: nil) }),
            (
                "TypeError: metadata_all should not be a str, but another iterable (set, list, etc)",
                { _ = try await names.yplookup(meta_all: "x", meta_any: nil, return_metadata: nil) }
            ),
            (
                "ValueError: you can't use meta_all or meta_any at the same time",
                { _ = try await names.yplookup(meta_all: ["x"], meta_any: ["x"], return_metadata: nil) }
            ),
            (
                "ValueError: you can only filter on one thing at a time",
                { _ = try await names.list(prefix: "x", regex: "x", return_metadata: nil) }
            ),
            (
                "TypeError: startswith first arg must be str or a tuple of str, not int",
                { _ = try await names.list(prefix: 5, regex: nil, return_metadata: nil) }
            ),
            (
                "TypeError: first argument must be string or compiled pattern",
                { _ = try await names.remove(name: nil, prefix: nil, regex: 5) }
            ),
        ] as [(String, () async throws -> Void)] {
            #expect(await exception(call) == words)
        }
    }

    private static let filters: [(prefix: PyroValue?, regex: PyroValue?, names: [String])] = [
        (nil, nil, ["a", "a.b", "a.c", "b.a", "é"]), ("", "", ["a", "a.b", "a.c", "b.a", "é"]),
        ("a.", nil, ["a.b", "a.c"]), ("e", nil, []), ("A", nil, []), ("%", nil, []),
        (nil, "a", ["a", "a.b", "a.c"]), (nil, "a$", ["a"]), (nil, #".\.a"#, ["b.a"]),
        (nil, ".*a", ["a", "a.b", "a.c", "b.a"]),
        (nil, "(?i)A\\.[BC]", ["a.b", "a.c"]), (nil, "\\w$", ["a", "é"]), (nil, "x", []),
    ]

    @Test(arguments: StoreKind.allCases)
    func `prefix and regex find names by their beginnings, to list and to remove them`(_ kind: StoreKind) async throws {
        for filter in Self.filters {
            let directory = try TemporaryDirectory()
            let server = try await NamesForTests(try kind.make(in: directory))
            for name in ["b.a", "a.c", "é", "a", "a.b"] { try await server.register(name) }
            let list = try await server.names.list(prefix: filter.prefix, regex: filter.regex, return_metadata: nil)
            #expect(list.keys == filter.names, "\(filter)")
            let removed = try await server.names.remove(name: nil, prefix: filter.prefix, regex: filter.regex)
            let isFilter = filter.names.count < 5
            #expect(removed == (isFilter ? filter.names.count : 0), "\(filter)")
            #expect(try await server.allNames().count == 5 - removed)
        }
    }

    @Test(arguments: ["(", "[", "a{2", "*", String(repeating: "a", count: 1_001)])
    func `what is no regular expression is a naming error`(_ pattern: String) async throws {
        let server = try await NamesForTests()
        try await server.register("a")
        let words = await exception {
            _ = try await server.names.list(prefix: nil, regex: .string(pattern), return_metadata: nil)
        }
        #expect(words?.hasPrefix("NamingError: invalid regex: ") == true, "\(words ?? "nothing")")
    }

    @Test func `a regular expression that takes for ever is given up`() async throws {
        let server = try await NamesForTests()
        try await server.register(String(repeating: "a", count: 200) + "b")
        let words = await exception {
            _ = try await server.names.list(prefix: nil, regex: "(a+)+$", return_metadata: nil)
        }
        #expect(words == "NamingError: invalid regex: it takes too many steps to match; write a simpler one")
    }

    @Test(arguments: StoreKind.allCases)
    func `the yellow pages find names by all or any of some metadata`(_ kind: StoreKind) async throws {
        let server = try await server(kind)
        try await server.register("a", "PYRO:a@h:1", .tags("x", "y"))
        try await server.register("b", "PYRO:b@h:1", ["y", "z", "y"])
        try await server.register("c", "PYRO:c@h:1")
        for (all, any, found) in [
            (["x", "y"], nil, ["a"]), (["y"], nil, ["a", "b"]), (.tags("q"), nil, []), (nil, ["x", "z"], ["a", "b"]),
            (nil, .tuple(["z"]), ["b"]), (nil, nil, []), ([], [], []),
        ] as [(PyroValue?, PyroValue?, [String])] {
            let list = try await server.names.yplookup(meta_all: all, meta_any: any, return_metadata: nil)
            #expect(list.keys == found)
        }
        let names = server.names
        #expect(
            try await names.yplookup(meta_all: ["z"], meta_any: nil, return_metadata: nil)
                == ["b": .tuple(["PYRO:b@h:1", .tags("y", "z")])])
        #expect(try await names.yplookup(meta_all: ["z"], meta_any: nil, return_metadata: false) == ["b": "PYRO:b@h:1"])
        try await names.set_metadata(name: "b", metadata: nil)
        #expect(try await names.yplookup(meta_all: ["z"], meta_any: nil, return_metadata: nil) == .dict([]))
    }

    @Test func `removing counts what was there`() async throws {
        let server = try await NamesForTests()
        try await server.register("a")
        for (name, count) in [("a", 1), ("a", 0), (nil, 0), ("", 0), (5, 0)] as [(PyroValue?, Int)] {
            #expect(try await server.names.remove(name: name, prefix: nil, regex: nil) == count)
        }
    }

    @Test func `the server has a name itself, which nobody removes`() async throws {
        let system = PyroActorSystem()
        let place = try await PyroServer(system, port: 0).endpoint
        let server = try await NamesForTests(system: system)
        let own = "PYRO:Pyro.NameServer@\(place)"
        #expect(
            try await server.all(metadata: true)
                == ["Pyro.NameServer": .tuple([.string(own), .tags("class:Pyro5.nameserver.NameServer")])])
        #expect(try await server.names.remove(name: "Pyro.NameServer", prefix: nil, regex: nil) == 0)
        #expect(try await server.names.remove(name: nil, prefix: "Pyro", regex: nil) == 0)
        #expect(try await server.names.remove(name: nil, prefix: nil, regex: ".*") == 0)
        #expect(try await server.names.count() == 1)
        try await server.names.ping()
    }

    @Test func `every limit refuses what is over it, and changes nothing`() async throws {
        var limits = NameServerLimits()
        (limits.names, limits.bytes, limits.nameBytes, limits.uriBytes) = (3, 90, 5, 40)
        (limits.metadataEntries, limits.metadataBytes, limits.listedBytes) = (2, 8, 60)
        let server = try await NamesForTests(limits: limits)
        let uri = "PYRO:x@host:1"  // 13 bytes
        try await server.register("a", uri, ["t"])
        for (name, uri, metadata, words) in [
            ("abcdef", uri, nil, "a name has at most 5 bytes, this has 6"),
            ("b", "PYRO:x@" + String(repeating: "h", count: 40) + ":1", nil, "a URI has at most 40 bytes, this has 49"),
            ("b", uri, ["u", "v", "w"], "metadata have at most 2 entries, these 3"),
            ("b", uri, ["123456789"], "metadata has at most 8 bytes, this has 9"),
        ] as [(String, String, PyroValue?, String)] {
            #expect(await exception { try await server.register(name, uri, metadata) } == "NamingError: \(words)")
        }
        #expect(try await server.all(metadata: true) == ["a": .tuple([.string(uri), .tags("t")])])
        let long = "PYRO:x@hhhhhhhhhhhhhhhhhhhhhhhhhhhhhh:1"  // 39
        try await server.register("b", long)
        try await server.register("b", long)  // in place of itself
        let full = await exception { try await server.register("c", long + "2") }
        #expect(full == "NamingError: all names together have 90 bytes already; remove some")
        let listed = await exception { _ = try await server.all(metadata: true) }
        #expect(listed == nil)
        try await server.register("c", uri)
        let list = await exception { _ = try await server.all() }
        #expect(list == "NamingError: one list has at most 60 bytes; ask with a longer prefix or a regex")
        let crowd = await exception { try await server.register("d", uri) }
        #expect(crowd == "NamingError: there are 3 names already; remove some")
    }
}
