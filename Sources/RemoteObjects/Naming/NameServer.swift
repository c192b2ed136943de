import DequeModule
public import Distributed
public import Logging
public import PyroWire

/// A name server with Pyro5's interface: `Pyro5.api.locate_ns`, `PYRONAME:` URIs and `python -m Pyro5.nsc` work with it.
///
///     let system = PyroActorSystem()
///     let server = try await PyroServer(system, port: 9090)
///     let names = try await NameServer.start(on: system, store: SQLiteNameStore(path: "names.sqlite"))
///     // run server and NameSweeper(names) as services
///
/// Parameters, results and errors are Pyro5's own; metadata are texts only, and a name is the same however Unicode writes its accents.
/// What has been answered is in the store. Names are read from memory.
public distributed actor NameServer {
    /// Callable from Python.
    public typealias ActorSystem = PyroActorSystem

    private var table: NameTable
    private var leases: NameLeases
    private let limits: NameServerLimits
    private let store: any NameStore
    private let now: @Sendable () -> Duration
    private let logger: Logger

    /// Names whose last change is not in the store yet.
    private var unsaved: Set<String> = []
    private var isSaving = false
    /// Those whose changes wait for the write that is under way to end. They are given the result of the next one, or `nil`: the one
    /// has to make it. There is one at most for every connection.
    private var waiting: Deque<CheckedContinuation<Result<Void, any Error>?, Never>> = []

    private init(
        actorSystem: PyroActorSystem, _ names: [String: NameRecord], _ store: any NameStore, _ limits: NameServerLimits,
        _ logger: Logger, now: @escaping @Sendable () -> Duration
    ) throws {
        table = NameTable(limits)
        leases = NameLeases(limits)
        (self.limits, self.store, self.now, self.logger) = (limits, store, now, logger)
        self.actorSystem = actorSystem
        for (name, record) in names {
            try table.set(name, to: record)
            if let daemon = record.daemon { leases.registered(daemon, at: now()) }
        }
        let uri = "PYRO:\(PyroNames.nameServer)@\(actorSystem.location ?? "")"
        if let own = NameRecord(uri, metadata: ["class:Pyro5.nameserver.NameServer"]) {
            try table.set(PyroNames.nameServer, to: own)
        }
    }

    /// Makes the name server of a system, under Pyro5's name for it, with the names that its store has.
    ///
    /// - Parameters:
    ///   - system: its ``PyroServer`` has to be there already: the server's own name is one of the names.
    ///   - store: keeps the names; nobody else may write to it.
    /// - Throws: what the store throws; a `PyroException` when it has more than the limits allow;
    ///   ``RemoteObjectError/nameTaken(_:)`` when the system has a name server.
    public static func start(
        on system: PyroActorSystem, store: any NameStore = MemoryNameStore(),
        limits: NameServerLimits = NameServerLimits(), logger: Logger = Logger(label: "name-server")
    ) async throws -> NameServer {
        let start = ContinuousClock.now
        return try await self.start(on: system, store: store, limits: limits, logger: logger) {
            start.duration(to: .now)
        }
    }

    /// - Parameter now: the time since some start.
    package static func start(
        on system: PyroActorSystem, store: any NameStore, limits: NameServerLimits,
        logger: Logger = Logger(label: "name-server"), now: @escaping @Sendable () -> Duration
    ) async throws -> NameServer {
        let names = try await store.load()
        return try await system.named(PyroNames.nameServer) {
            try NameServer(actorSystem: $0, names, store, limits, logger, now: now)
        }
    }

    // MARK: Pyro5's interface

    /// Gives an object a name.
    ///
    /// - Parameters:
    ///   - uri: a URI object, or the text of one.
    ///   - safe: refuses a name that is there; otherwise it is replaced, metadata included.
    ///   - metadata: texts.
    public distributed func register(name: PyroValue, uri: PyroValue, safe: PyroValue?, metadata: PyroValue?)
        async throws
    {
        let text = try NameArguments.uri(uri)
        guard let name = name.asText else { throw PyroException.builtin("TypeError", "name must be a str") }
        let metadata = try NameArguments.tags(metadata, "metadata") ?? []
        if table[name] != nil, safe?.isTrue == true {
            throw PyroException.pyro("NamingError", "name already registered: \(name)")
        }
        guard let record = NameRecord(text, metadata: metadata) else {
            throw PyroException.pyro("PyroError", "invalid uri")
        }
        guard unsaved.count < limits.names else {
            throw PyroException.pyro(
                "NamingError", "nothing can be registered until the name server can write its file")
        }
        try table.set(name, to: record)
        if let daemon = record.daemon { leases.registered(daemon, at: now()) }
        try await save([name])
    }

    /// - Returns: a URI object; with metadata a tuple of it and a set.
    public distributed func lookup(name: PyroValue, return_metadata: PyroValue?) throws -> PyroValue {
        guard let name = name.asText else { throw PyroException.builtin("TypeError", "name must be a str") }
        guard let record = table[name] else { throw PyroException.pyro("NamingError", "unknown name: \(name)") }
        let uri = record.uri.value()
        return return_metadata?.isTrue == true ? .tuple([uri, record.metadataValue]) : uri
    }

    /// Replaces a name's metadata.
    public distributed func set_metadata(name: PyroValue, metadata: PyroValue?) async throws {
        guard let name = name.asText else { throw PyroException.builtin("TypeError", "name must be a str") }
        let metadata = try NameArguments.tags(metadata, "metadata") ?? []
        guard var record = table[name] else { throw PyroException.pyro("NamingError", "unknown name: \(name)") }
        record.metadata = metadata
        try table.set(name, to: record)
        try await save([name])
    }

    /// Takes names away: one, or those that a filter finds. The name server's own name stays.
    ///
    /// - Returns: how many there were.
    public distributed func remove(name: PyroValue?, prefix: PyroValue?, regex: PyroValue?) async throws -> Int {
        let names: [String]
        if let name, name.isTrue, name != .string(PyroNames.nameServer) {
            names = name.asText.map { [$0] } ?? []
        } else if let prefix, prefix.isTrue {
            names = table.names(prefix: try NameArguments.prefix(prefix))
        } else if let regex, regex.isTrue {
            names = try table.names(regex: try NameArguments.regex(regex))
        } else {
            return 0
        }
        return try await remove(names)
    }

    /// - Returns: a dict from names to URIs as texts; with metadata to tuples of URI and set.
    public distributed func list(
        prefix: PyroValue?, regex: PyroValue?, return_metadata: PyroValue?
    ) throws -> PyroValue {
        let names: [String]
        switch (prefix?.isTrue == true ? prefix : nil, regex?.isTrue == true ? regex : nil) {
        case (_?, _?): throw PyroException.builtin("ValueError", "you can only filter on one thing at a time")
        case (let prefix?, nil): names = table.names(prefix: try NameArguments.prefix(prefix))
        case (nil, let regex?): names = try table.names(regex: try NameArguments.regex(regex))
        case (nil, nil): names = Array(table.records.keys)
        }
        return try table.list(names, withMetadata: return_metadata?.isTrue == true)
    }

    /// The names that have all, or any, of these metadata, as ``list(prefix:regex:return_metadata:)`` gives them: with metadata
    /// unless the caller says otherwise. Who asks for neither gets none.
    public distributed func yplookup(
        meta_all: PyroValue?, meta_any: PyroValue?, return_metadata: PyroValue?
    ) throws -> PyroValue {
        let (all, any) = (meta_all?.isTrue == true ? meta_all : nil, meta_any?.isTrue == true ? meta_any : nil)
        guard all == nil || any == nil else {
            throw PyroException.builtin("ValueError", "you can't use meta_all or meta_any at the same time")
        }
        let records = table.records
        let names: [String]
        if let tags = try NameArguments.tags(all, "metadata_all") {
            names = records.filter { tags.isSubset(of: $0.value.metadata) }.map(\.key)
        } else if let tags = try NameArguments.tags(any, "metadata_any") {
            names = records.filter { !tags.isDisjoint(with: $0.value.metadata) }.map(\.key)
        } else {
            names = []
        }
        return try table.list(names, withMetadata: return_metadata?.isTrue ?? true)
    }

    /// - Returns: how many names there are, the server's own among them.
    public distributed func count() -> Int { table.records.count }

    /// Does nothing: it answers.
    public distributed func ping() {}

    // MARK: Leases

    /// The daemons of all names but the server's own, each once.
    func daemons() -> [DaemonPlace] {
        let all = Set(table.records.lazy.filter { $0.key != PyroNames.nameServer }.compactMap(\.value.daemon))
        leases.keep(all)
        return Array(all)
    }

    /// Takes in how a round of pings ended, and the names of daemons that are gone away.
    func pinged(_ results: [DaemonPlace: PingResult]) async {
        let gone = Set(results.filter { leases.pinged($0.key, $0.value, at: now()) }.keys)
        guard !gone.isEmpty else { return }
        let names = table.records.filter { $0.value.daemon.map(gone.contains) ?? false }.map(\.key)
        for daemon in gone { logger.notice("the daemon at \(daemon) answers no pings: its names are removed") }
        _ = try? await remove(names)  // why it was not kept has been logged
    }

    private func remove(_ names: [String]) async throws -> Int {
        let removed = names.filter { $0 != PyroNames.nameServer && table.remove($0) }
        if !removed.isEmpty { try await save(removed) }
        return removed.count
    }

    // MARK: The store

    /// Waits until changes of these names are in the store. Those that come while it writes are written together afterwards.
    private func save(_ names: [String]) async throws {
        unsaved.formUnion(names)
        if isSaving, let result = await withCheckedContinuation({ waiting.append($0) }) {
            return try kept(result)
        }
        isSaving = true
        let sharing = waiting
        let changes = Dictionary(uniqueKeysWithValues: unsaved.map { ($0, table[$0]) })
        (waiting, unsaved) = ([], [])
        let result: Result<Void, any Error>
        do {
            try await store.save(changes)
            result = .success(())
        } catch {
            logger.error("names could not be kept: \(error)")
            unsaved.formUnion(changes.keys)  // with the next change
            result = .failure(error)
        }
        for other in sharing { other.resume(returning: result) }
        if let next = waiting.popFirst() { next.resume(returning: nil) } else { isSaving = false }
        try kept(result)
    }

    private func kept(_ result: Result<Void, any Error>) throws {
        guard case .failure = result else { return }
        throw PyroException.pyro(
            "NamingError", "the change is made, but the name server could not write it to its file: its log says why")
    }
}
