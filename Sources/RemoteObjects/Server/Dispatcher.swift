import Distributed
import Logging
import NIOCore
import PyroWire
import Synchronization

/// From a message to the object that it is for, and from what comes of it to a message.
final class Dispatcher: Sendable {
    let system: PyroActorSystem
    let streams: OutgoingStreams
    let leases: LeaseBook
    private let endpoint: String
    private let admission: PyroServer.Admission
    private let state = Mutex(State())

    private struct State {
        var connections: [ObjectIdentifier: ServerConnection] = [:]
        var clients = 0
        var isStopping = false
    }

    var limits: RemoteObjectLimits { system.limits }
    var logger: Logger { system.logger }

    init(_ system: PyroActorSystem, endpoint: String, admission: @escaping PyroServer.Admission) {
        self.system = system
        self.endpoint = endpoint
        self.admission = admission
        streams = OutgoingStreams(system)
        leases = LeaseBook(system.objects, system.limits)
    }

    // MARK: Connections

    /// - Returns: `false` when there are as many as there may be, or the server stops.
    func enter(_ connection: ServerConnection) -> Bool {
        state.withLock { state in
            guard state.connections.count < limits.connections, !state.isStopping else { return false }
            state.connections[ObjectIdentifier(connection)] = connection
            return true
        }
    }

    func leave(_ connection: ServerConnection) {
        state.withLock { $0.connections[ObjectIdentifier(connection)] = nil }
    }

    /// Ends all connections: what is being answered is answered.
    func stop() {
        let connections = state.withLock { state in
            state.isStopping = true
            return Array(state.connections.values)
        }
        streams.endAll()
        for connection in connections { connection.stop() }
    }

    /// Lets go of what nobody has held, or come back for, for too long.
    func sweep(at now: NIODeadline) {
        leases.sweep(at: now)
        streams.sweep(at: now)
    }

    /// A client is gone, and what was kept for it.
    func gone(_ client: ClientSession) {
        streams.disconnected(client)
        if case .connection = client.id { system.objects.release(client.id) }
    }

    // MARK: The handshake

    /// Answers the first message of a connection.
    ///
    /// - Returns: no client when it is refused; no answer when it would not be understood.
    func greet(_ message: PyroMessage, _ channel: any Channel) async -> (ClientSession?, PyroMessage?) {
        guard message.type == .connect else {
            return (nil, .refusal("invalid msg type \(message.type.rawValue) received (expected: 1)"))
        }
        guard let serializer = PyroSerializer(rawValue: message.serializer) else { return (nil, nil) }
        guard serializer != .marshal else {
            return (
                nil, .refusal("marshal is not spoken here; use serpent, json or msgpack", sequence: message.sequence)
            )
        }
        do {
            let connect = try PyroConnect(payload: message.payload, serializer: serializer, limits: limits.documents)
            guard let metadata = try await metadata(of: connect.object) else { throw Refusal(reason: "unknown object") }
            let address = channel.remoteAddress.map(Self.text) ?? ""
            let welcome: PyroValue
            do { welcome = try await admission(connect.handshake, address) } catch { throw Refusal(reason: "\(error)") }
            let connected = PyroConnected(handshake: welcome, metadata: metadata)
            let answer = PyroMessage(
                .connectOK, serializer: message.serializer, sequence: message.sequence,
                payload: try connected.payload(serializer))
            let client = ClientSession(try clientID(message), channel, limits)
            // From here on the object is there for as long as this client.
            _ = try system.objects.entry(connect.object, for: client.id)
            channel.closeFuture.whenComplete { [streams] _ in streams.cut(client) }
            return (client, answer)
        } catch {
            let reason = (error as? Refusal)?.reason ?? (error as? CallFault)?.exception.message ?? "\(error)"
            let payload = (try? serializer.encode(.string(reason))) ?? []
            let answer = PyroMessage(
                .connectFail, serializer: message.serializer, sequence: message.sequence, payload: payload)
            return (nil, answer)
        }
    }

    private struct Refusal: Error {
        let reason: String
    }

    private func clientID(_ message: PyroMessage) throws(CallFault) -> ClientID {
        if let name = message.annotations.first(where: { $0.id == Extension.process })?.data,
            let process = String(validating: name, as: UTF8.self), process.utf8.count == 36
        {
            guard leases.heard(of: process, at: .now()) else {
                throw .limit("\(limits.processes) processes hold objects here")
            }
            return .process(process)
        }
        return state.withLock { state in
            state.clients += 1
            return .connection(state.clients)
        }
    }

    private static func text(_ address: SocketAddress) -> String {
        RemoteObjectID.location(host: address.ipAddress ?? "", port: address.port ?? 0)
    }

    /// What can be called on an object, the daemon itself among them; `nil` when there is none.
    func metadata(of object: String) async throws -> PyroMetadata? {
        if object == PyroNames.daemon { return DaemonObject.methods.metadata }
        if let entry = system.objects[object] { return entry.methods.metadata }
        if let entry = try await system.activations.object(object, in: system) { return entry.methods.metadata }
        guard let moved = system.moves[object] else { return nil }
        return try await system.calls.metadata(of: moved)
    }

    // MARK: Calls

    /// Does what a message asks for.
    ///
    /// - Returns: `nil` when nobody waits for an answer.
    func answer(_ message: PyroMessage, _ client: ClientSession) async -> PyroMessage? {
        guard let serializer = PyroSerializer(rawValue: message.serializer), serializer != .marshal else {
            client.channel.close(promise: nil)
            return nil
        }
        var answer = PyroMessage(.result, serializer: message.serializer, sequence: message.sequence, payload: [])
        if let correlation = message.correlation {
            answer.correlation = correlation
            answer.flags.insert(.correlationID)
        }
        do {
            let (outcome, moved) = try await self.outcome(of: message, serializer, client)
            if let place = moved?.location {
                answer.annotations.append(PyroAnnotation(id: Extension.moved, data: Array(place.utf8)))
            }
            guard !message.flags.contains(.oneway) else { return nil }
            switch outcome {
            case .value(let value):
                answer.payload = try serializer.encode(value)
                if message.flags.contains(.batch) { answer.flags.insert(.batch) }
            case .failure(let error): throw error
            case .stream(let stream):
                answer.annotations.append(.stream(try streams.add(stream, for: client)))
                answer.flags.formUnion([.exception, .itemStreamResult])
                let old = PyroException.pyro("ProtocolError", "result of call is an iterator")
                answer.payload = try serializer.encode(old.value())
            }
            return answer
        } catch {
            guard !message.flags.contains(.oneway) else {
                logger.debug("a one-way call failed: \(error)")
                return nil
            }
            answer.flags.insert(.exception)
            answer.payload = exception(for: error, serializer)
            return answer
        }
    }

    private func exception(for error: any Error, _ serializer: PyroSerializer) -> [UInt8] {
        let exception =
            if let error = error as? PyroDataError { PyroException.pyro("SerializeError", "\(error)") } else {
                ErrorTranslation.exception(for: error, system: system)
            }
        // An exception that cannot be written is told in the words that always can.
        return (try? serializer.encode(exception.value()))
            ?? (try? serializer.encode(PyroException.builtin("RuntimeError", exception.message).value())) ?? []
    }

    /// - Returns: with where the object is, when it has moved.
    private func outcome(
        of message: PyroMessage, _ serializer: PyroSerializer, _ client: ClientSession
    ) async throws -> (ResultHandler.Outcome, moved: RemoteObjectID?) {
        guard !message.flags.contains(.keepSerialized) else {
            throw CallFault.pyro("serialized blobs are not taken here")
        }
        let call = try PyroCall(payload: message.payload, serializer: serializer, limits: limits.documents)
        guard message.flags.contains(.batch) else { return try await perform(call, message, client) }
        guard let calls = call.calls else { throw CallFault.type("a batch is a list of calls") }
        guard calls.count <= limits.batchedCalls else {
            throw CallFault.limit("a batch has at most \(limits.batchedCalls) calls, this one \(calls.count)")
        }
        return (.value(.list(try await perform(calls, message, client))), nil)
    }

    /// The results of a batch, up to the first error, which is the last of them then.
    private func perform(
        _ calls: [PyroCall], _ message: PyroMessage, _ client: ClientSession
    ) async throws -> [PyroValue] {
        var results: [PyroValue] = []
        for call in calls {
            do {
                switch try await perform(call, message, client).outcome {
                case .value(let value): results.append(value)
                case .failure(let error): throw error
                case .stream: throw CallFault.pyro("a batch cannot have a stream for a result")
                }
            } catch CallFault.attribute(let name) {
                throw CallFault.attribute(name)  // Python's daemon looks all names up first
            } catch {
                results.append(ErrorTranslation.exception(for: error, system: system).wrapped())
                break
            }
        }
        return results
    }

    private func perform(
        _ call: PyroCall, _ message: PyroMessage, _ client: ClientSession
    ) async throws -> (outcome: ResultHandler.Outcome, moved: RemoteObjectID?) {
        if call.object == PyroNames.daemon {
            return (.value(try await DaemonObject(self, endpoint: endpoint, client: client).perform(call)), nil)
        }
        while true {
            if let entry = try system.objects.entry(call.object, for: client.id) {
                guard let active = entry.active else {
                    return (try await perform(call, message, on: entry, client), nil)
                }
                if active.begin() {
                    defer { active.end() }
                    return (try await perform(call, message, on: entry, client), nil)
                }
            }
            if try await system.activations.object(call.object, in: system) != nil { continue }
            guard let moved = system.moves[call.object] else { throw CallFault.unknownObject }
            return (try await passOn(call, to: moved), moved)
        }
    }

    private func perform(
        _ call: PyroCall, _ message: PyroMessage, on entry: ObjectTable.Entry, _ client: ClientSession
    ) async throws -> ResultHandler.Outcome {
        let call = try entry.methods.attributeCall(call) ?? call
        let generic = message.annotations.first { $0.id == Extension.genericTypes }
        let types =
            generic.map { String(decoding: $0.data, as: UTF8.self).split(separator: "\n").map(String.init) } ?? []
        return try await PyroActorSystem.$caller.withValue(RemoteCaller(client, system)) {
            try await system.perform(call, genericTypes: types, on: entry, for: client.id)
        }
    }

    /// Calls an object where it is now, for who calls it where it was.
    private func passOn(_ call: PyroCall, to moved: RemoteObjectID) async throws -> ResultHandler.Outcome {
        switch try await system.calls.call(moved, call.method, call.arguments, keywords: call.keywords) {
        case .value(let value): return .value(value)
        case .stream(let stream): return .stream(RemoteStream<PyroValue>(RemoteItems(stream, system)))
        }
    }
}

extension ObjectMethods {
    var metadata: PyroMetadata { PyroMetadata(methods: names, oneway: oneWay, attributes: attributes) }

    /// The call of a function that reads or writes an attribute; `nil` for any other call.
    func attributeCall(_ call: PyroCall) throws(CallFault) -> PyroCall? {
        guard call.method.utf8.first == UInt8(ascii: "_") else { return nil }
        guard call.method == PyroNames.getAttribute || call.method == PyroNames.setAttribute else {
            if functions[call.method] == nil { throw .privateAttribute(call.method) }
            return nil
        }
        guard case .string(let name)? = call.arguments.first else { throw .type("an attribute's name is a text") }
        guard attributes.contains(name) else { throw name.hasPrefix("_") ? .privateAttribute(name) : .attribute(name) }
        if call.method == PyroNames.getAttribute { return PyroCall(object: call.object, method: name) }
        let setter = "set" + name.prefix(1).uppercased() + name.dropFirst()
        guard functions[setter] != nil, call.arguments.count == 2 else { throw .attribute("\(name) that can be set") }
        return PyroCall(object: call.object, method: setter, arguments: [call.arguments[1]])
    }
}
