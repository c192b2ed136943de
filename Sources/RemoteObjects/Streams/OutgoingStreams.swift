import NIOCore
import PyroWire
import Synchronization

/// The streams that clients of this server ask for items of.
final class OutgoingStreams: Sendable {
    fileprivate struct Entry {
        let items: any OutgoingItems
        /// Who is counted for it.
        let client: ClientID
        /// The connection that it was asked for on last.
        var session: ObjectIdentifier
        /// When that was closed, if it was.
        var leftAt: NIODeadline?
    }

    fileprivate struct State {
        var streams: [String: Entry] = [:]
        /// How many each client has.
        var counts: [ClientID: Int] = [:]
        /// Those who wait for an item now, and for which connection.
        var waiting: [Int: (session: ObjectIdentifier, task: Task<PyroValue?, any Error>)] = [:]
        var waits = 0
        var isOver = false
    }

    private let system: PyroActorSystem
    private let state = Mutex(State())

    init(_ system: PyroActorSystem) {
        self.system = system
    }

    /// Takes a stream in.
    ///
    /// - Returns: its id.
    func add(_ stream: any OutgoingStream, for client: ClientSession) throws(CallFault) -> String {
        let items = stream.items(system, for: client.id)
        return try state.withLock { state throws(CallFault) in
            guard state.counts[client.id, default: 0] < system.limits.streams else {
                throw .limit("this client has \(system.limits.streams) streams open; close some")
            }
            let id = UniqueID.text()
            state.streams[id] = Entry(items: items, client: client.id, session: ObjectIdentifier(client))
            state.counts[client.id, default: 0] += 1
            return id
        }
    }

    /// The next item, for who asks for it now; the stream is that connection's from then on.
    ///
    /// - Returns: `nil` at the end.
    func next(of id: String, for client: ClientSession) async throws -> PyroValue? {
        let items = state.withLock { state -> (any OutgoingItems)? in
            guard !state.isOver, state.streams[id] != nil else { return nil }
            state.streams[id]?.session = ObjectIdentifier(client)
            state.streams[id]?.leftAt = nil
            return state.streams[id]?.items
        }
        guard let items else { throw CallFault.pyro("item stream terminated") }
        do {
            guard let item = try await wait(for: items, client) else {
                close(id)
                return nil
            }
            return item
        } catch {
            close(id)
            throw error
        }
    }

    /// Waits for an item for as long as the client is there. Who has left would leave whoever waits for him behind.
    private func wait(for items: any OutgoingItems, _ client: ClientSession) async throws -> PyroValue? {
        // Unstructured, so that the end of the connection can cut it; this waits for it, whatever happens.
        let task = Task { try await items.next() }
        let number = state.withLock { state in
            state.waits += 1
            state.waiting[state.waits] = (ObjectIdentifier(client), task)
            return state.waits
        }
        // Either is seen here, or comes after and finds the task.
        if !client.channel.isActive || state.withLock(\.isOver) { task.cancel() }
        defer { state.withLock { $0.waiting[number] = nil } }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// A connection was closed: nobody waits for items on its behalf any more.
    func cut(_ client: ClientSession) {
        let session = ObjectIdentifier(client)
        let waiting = state.withLock { state in state.waiting.values.filter { $0.session == session } }
        for (_, task) in waiting { task.cancel() }
    }

    /// Nobody asks any more.
    func close(_ id: String) {
        let gone = state.withLock { $0.remove(id) }
        _ = consume gone
    }

    /// A client's connection is gone; it may come back for its streams within a moment.
    func disconnected(_ client: ClientSession) {
        let session = ObjectIdentifier(client)
        state.withLock { state in
            for (id, entry) in state.streams where entry.session == session { state.streams[id]?.leftAt = .now() }
        }
    }

    /// Drops those that nobody has come back for.
    func sweep(at now: NIODeadline) {
        let latest = now - .milliseconds(Int64(system.limits.streamSeconds * 1_000))
        let gone = state.withLock { state in
            state.streams.filter { $0.value.leftAt.map { $0 <= latest } ?? false }.keys.map { state.remove($0) }
        }
        _ = consume gone
    }

    /// The server stops: who waits for an item is told that there are no more.
    func endAll() {
        let waiting = state.withLock { state in
            state.isOver = true
            state.streams = [:]
            return Array(state.waiting.values)
        }
        for (_, task) in waiting { task.cancel() }
    }
}

extension OutgoingStreams.State {
    /// - Returns: what was there, whose end is not to come under the lock.
    fileprivate mutating func remove(_ id: String) -> OutgoingStreams.Entry? {
        guard let entry = streams.removeValue(forKey: id) else { return nil }
        counts[entry.client, default: 1] -= 1
        if counts[entry.client] == 0 { counts[entry.client] = nil }
        return entry
    }
}
