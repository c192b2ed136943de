public import Distributed
import Logging
import PyroWire
import Synchronization

/// A name that this process has given to an object of its own.
struct Registration: Sendable {
    let object: String
    let metadata: Set<String>
    /// The name server; looked for when it is `nil`.
    let location: PyroURI.Location?
    let search: NameServerSearch
}

extension PyroActorSystem {
    /// Finds an object by its name, in a name server of Pyro5's or of ours.
    ///
    ///     let chat = try Chat.resolve(id: try await system.locate("mboard.chat"), using: system)
    ///
    /// - Parameters:
    ///   - name: a name; or one with the name server that knows it, `PYRONAME:chat@host:port`; or metadata, `PYROMETA:chat,swift`, of
    ///     which any object that has them all is taken; or `PYRO:object@host:port`, which needs no name server.
    ///   - search: where the name server is looked for when the name does not say it.
    /// - Throws: a `PyroException` (`NamingError`) for an unknown name; ``RemoteObjectError`` when no name server is found.
    public func locate(
        _ name: String, search: NameServerSearch = NameServerSearch()
    ) async throws -> RemoteObjectID {
        guard let uri = PyroURI(name) ?? PyroURI("PYRONAME:\(name)") else { throw RemoteObjectError.badURI(name) }
        switch uri.scheme {
        case .object: return try RemoteObjectID(uri)
        case .name:
            let found = try await ask("lookup", [.string(uri.object)], at: uri.location, search)
            return try read(found)
        case .metadata:
            let tags = uri.object.split(separator: ",").map { PyroValue.string(String($0)) }
            let found = try await ask("yplookup", [.list(tags), .none, false], at: uri.location, search)
            guard let one = found.asEntries?.randomElement() else {
                throw PyroException.pyro("NamingError", "no object has the metadata \(uri.object)")
            }
            return try read(one.value)
        }
    }

    /// Gives an object of this process a name that others can ``locate(_:search:)`` it by. The system's ``PyroServer`` has to run.
    ///
    /// - Parameters:
    ///   - metadata: for those who search by it.
    ///   - safe: refuses a name that somebody has; otherwise it is replaced.
    ///   - nameServer: `host` or `host:port`; looked for when it is `nil`.
    /// - Throws: as ``locate(_:search:)``.
    public func register<Object: DistributedActor>(
        _ name: String, _ object: Object, metadata: Set<String> = [], safe: Bool = false, at nameServer: String? = nil,
        search: NameServerSearch = NameServerSearch()
    ) async throws where Object.ActorSystem == PyroActorSystem {
        try await register(
            name, objectNamed: object.id.object, metadata: metadata, safe: safe, at: nameServer, search: search)
    }

    /// Gives an object a name as ``register(_:_:metadata:safe:at:search:)`` does, also one that is made when somebody calls it. When the
    /// object moves, the name leads to its new place.
    ///
    /// - Parameter object: its name in this process, `counters/a`.
    /// - Throws: as ``locate(_:search:)``; ``RemoteObjectError/notSent(_:reason:)`` when the system's ``PyroServer`` does not run. The
    ///   name is not given then.
    public func register(
        _ name: String, objectNamed object: String, metadata: Set<String> = [], safe: Bool = false,
        at nameServer: String? = nil, search: NameServerSearch = NameServerSearch()
    ) async throws {
        guard let location else {
            throw RemoteObjectError.notSent(
                RemoteObjectID(object: object),
                reason: "it cannot be registered: this process has no server that others could call")
        }
        let registration = Registration(
            object: object, metadata: metadata, location: try Self.location(nameServer), search: search)
        try await register(name, registration, at: location, safe: safe)
        registrations.withLock { $0[name] = registration }
    }

    private func register(_ name: String, _ registration: Registration, at place: String, safe: Bool) async throws {
        let uri = RemoteObjectID(object: registration.object, location: place, lease: nil)
        let tags = PyroValue.list(registration.metadata.sorted().map(PyroValue.string))
        let arguments: [PyroValue] = [.string(name), .string("\(uri)"), .bool(safe), tags]
        _ = try await ask("register", arguments, at: registration.location, registration.search)
    }

    /// Lets the names of an object that has moved lead to where it is.
    func registerAnew(_ object: String, at place: String) async {
        let moved = registrations.withLock { registrations in
            let moved = registrations.filter { $0.value.object == object }
            for name in moved.keys { registrations[name] = nil }
            return moved
        }
        for (name, registration) in moved {
            do { try await register(name, registration, at: place, safe: false) } catch {
                logger.warning(
                    "a name leads to where its object was",
                    metadata: ["name": "\(name)", "object": "\(object)", "error": "\(error)"])
            }
        }
    }

    /// Takes a name away.
    ///
    /// - Returns: whether it was there.
    /// - Throws: as ``locate(_:search:)``.
    public func unregister(
        _ name: String, at nameServer: String? = nil, search: NameServerSearch = NameServerSearch()
    ) async throws -> Bool {
        registrations.withLock { $0[name] = nil }
        return try await ask("remove", [.string(name)], at: Self.location(nameServer), search) == .int(1)
    }

    private static func location(_ text: String?) throws(RemoteObjectError) -> PyroURI.Location? {
        guard let text else { return nil }
        guard let location = PyroURI("PYRONAME:x@\(text)")?.location else { throw .badURI(text) }
        return location
    }

    private func read(_ value: PyroValue) throws(RemoteObjectError) -> RemoteObjectID {
        guard let uri = PyroURI(value) else { throw .badURI("\(value)") }
        return try RemoteObjectID(uri)
    }

    /// Calls a method of the name server at a place, or of the first that is found.
    private func ask(
        _ method: String, _ arguments: [PyroValue], at location: PyroURI.Location?, _ search: NameServerSearch
    ) async throws -> PyroValue {
        if let location { return try await ask(method, arguments, of: Self.nameServer(location)) }
        for host in search.hosts {
            do {
                return try await ask(method, arguments, of: Self.nameServer(.host(host, port: search.port)))
            } catch RemoteObjectError.notSent {
                continue
            } catch let exception as PyroException where exception.name == "DaemonError" {
                continue  // a daemon without a name server
            }
        }
        guard let found = await search.broadcast() else {
            let places = search.hosts.map { "\($0):\(search.port)" }.joined(separator: " and ")
            throw RemoteObjectError.notSent(
                RemoteObjectID(object: PyroNames.nameServer),
                reason: "no name server at \(places)"
                    + (search.broadcastPort == nil ? "" : ", and none answered a broadcast")
                    + ". Start one with `mboard nameserver`, or say where it is")
        }
        return try await ask(method, arguments, of: RemoteObjectID(found))
    }

    private static func nameServer(_ location: PyroURI.Location) throws(RemoteObjectError) -> RemoteObjectID {
        try RemoteObjectID(PyroURI(.object, object: PyroNames.nameServer, location: location))
    }

    private func ask(
        _ method: String, _ arguments: [PyroValue], of nameServer: RemoteObjectID
    ) async throws -> PyroValue {
        guard case .value(let value) = try await calls.call(nameServer, method, arguments) else {
            throw RemoteObjectError.badAnswer(nameServer, reason: "a stream")
        }
        return value
    }
}
