public import PyroWire

/// An object somewhere else of which no more is known than its URI: its functions are called by name.
///
///     let chat = try RemoteProxy("PYRO:mboard.chat@127.0.0.1:7781", system)
///     try await chat.call("post", "hello", keywords: ["name": "ada"])
///
/// Everything here throws the `PyroException` that the object answers with, and ``RemoteObjectError`` when there is no answer.
/// Objects whose interface is known to Swift are better called as distributed actors.
public struct RemoteProxy: Sendable {
    /// Which object.
    public let id: RemoteObjectID
    private let system: PyroActorSystem

    /// A proxy. Nothing is connected before the first call.
    ///
    /// - Parameter holds: whether the object's server keeps it for this process (``RemoteCaller/hold(_:)``), although its URI came as
    ///   text: it does for as long as this is there. A server that is not of ours knows nothing of it.
    /// - Throws: ``RemoteObjectError/badURI(_:)``.
    public init(_ uri: String, _ system: PyroActorSystem, holds: Bool = false) throws(RemoteObjectError) {
        self.system = system
        let id = try RemoteObjectID(uri)
        guard holds, let place = id.location, place != system.location else {
            self.id = id
            return
        }
        self.id = RemoteObjectID(
            object: id.object, location: place,
            lease: system.leases.received(id.object, at: place, isCounted: true))
    }

    /// Calls a function, and waits for its result.
    @discardableResult
    public func call(
        _ method: String, _ arguments: PyroValue..., keywords: KeyValuePairs<String, PyroValue> = [:]
    ) async throws -> PyroValue {
        let answer = try await system.calls.call(id, method, arguments, keywords: Self.keywords(keywords))
        return try value(answer)
    }

    /// Calls a function, and does not wait: whether it was carried out is not known.
    public func send(
        _ method: String, _ arguments: PyroValue..., keywords: KeyValuePairs<String, PyroValue> = [:]
    ) async throws {
        _ = try await system.calls.call(id, method, arguments, keywords: Self.keywords(keywords), flags: .oneway)
    }

    /// Calls a function that gives one item after the other.
    public func stream(
        _ method: String, _ arguments: PyroValue..., keywords: KeyValuePairs<String, PyroValue> = [:]
    ) async throws -> RemoteStream<PyroValue> {
        switch try await system.calls.call(id, method, arguments, keywords: Self.keywords(keywords)) {
        case .stream(let stream): return RemoteStream(RemoteItems(stream, system))
        case .value: throw RemoteObjectError.badAnswer(id, reason: "\(method) gave a value where a stream was wanted")
        }
    }

    /// Reads an attribute.
    public func attribute(_ name: String) async throws -> PyroValue {
        try value(try await system.calls.call(id, PyroNames.getAttribute, [.string(name)]))
    }

    /// Assigns to an attribute.
    public func setAttribute(_ name: String, to value: PyroValue) async throws {
        _ = try await system.calls.call(id, PyroNames.setAttribute, [.string(name), value])
    }

    /// Makes many calls in one message. They are carried out in order, up to the first that fails.
    ///
    /// - Returns: the results of those that worked, and the exception that ended it, if one did.
    public func batch(
        _ calls: [(method: String, arguments: [PyroValue])]
    ) async throws -> (values: [PyroValue], failure: PyroException?) {
        let calls = calls.map { PyroCall(object: id.object, method: $0.method, arguments: $0.arguments) }
        let batch = PyroCall(object: id.object, batch: calls)
        let answer = try value(try await system.calls.call(id, batch.method, batch.arguments, flags: .batch))
        guard let results = PyroException.batchResults(answer) else {
            throw RemoteObjectError.badAnswer(id, reason: "a batch is answered with a list")
        }
        return results
    }

    /// What can be called on it, and read of it.
    public func metadata() async throws -> PyroMetadata {
        try await system.calls.metadata(of: id)
    }

    private func value(_ answer: CallRouter.Answer) throws(RemoteObjectError) -> PyroValue {
        guard case .value(let value) = answer else {
            throw .badAnswer(id, reason: "a stream where a value was wanted; ask with stream(_:_:keywords:)")
        }
        return value
    }

    private static func keywords(_ keywords: KeyValuePairs<String, PyroValue>) -> [PyroCall.Keyword] {
        keywords.map { PyroCall.Keyword(name: $0.key, value: $0.value) }
    }
}
