import NIOCore
import PyroWire
import Synchronization

/// The streams that clients of this server ask for items of.
final class OutgoingStreams: Sendable {
    fileprivate struct Entry {
        let items: any OutgoingItems
        /// Who has it; nobody, once the connection is gone.
        var client: ClientID?
        /// When nobody had it any more.
        var leftAt: NIODeadline?
    }

    fileprivate struct State {
        var streams: [String: Entry] = [:]
        /// Those who wait for an item now.
        var waiting: [Int: Task<PyroValue?, any Error>] = [:]
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
    func add(_ stream: any OutgoingStream, for client: ClientID) throws(CallFault) -> String {
        let items = stream.items(system, for: client)
        return try state.withLock { state throws(CallFault) in
            state.forget(system.limits)
            guard state.streams.values.count(where: { $0.client == client }) < system.limits.streams else {
                throw .limit("this client has \(system.limits.streams) streams open; close some")
            }
            let id = UniqueID.text()
            state.streams[id] = Entry(items: items, client: client)
            return id
        }
    }

    /// The next item, for who asks for it now; the stream is the client's from then on.
    ///
    /// - Returns: `nil` at the end.
    func next(of id: String, for client: ClientSession) async throws -> PyroValue? {
        let items = state.withLock { state -> (any OutgoingItems)? in
            state.forget(system.limits)
            guard !state.isOver, state.streams[id] != nil else { return nil }
            state.streams[id]?.client = client.id
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
        let task = Task(executorPreference: nil) { try await items.next() }
        let number = state.withLock { state in
            state.waits += 1
            state.waiting[state.waits] = task
            if state.isOver { task.cancel() }
            return state.waits
        }
        defer { state.withLock { $0.waiting[number] = nil } }
        client.channel.closeFuture.whenComplete { _ in task.cancel() }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// Nobody asks any more.
    func close(_ id: String) {
        let gone = state.withLock { $0.streams.removeValue(forKey: id) }
        _ = consume gone
    }

    /// A client is gone; it may come back for its streams within a moment.
    func disconnected(_ client: ClientID) {
        state.withLock { state in
            for (id, entry) in state.streams where entry.client == client {
                state.streams[id]?.client = nil
                state.streams[id]?.leftAt = .now()
            }
            state.forget(system.limits)
        }
    }

    /// The server stops: who waits for an item is told that there are no more.
    func endAll() {
        let waiting = state.withLock { state in
            state.isOver = true
            state.streams = [:]
            return Array(state.waiting.values)
        }
        for task in waiting { task.cancel() }
    }
}

extension OutgoingStreams.State {
    /// Drops those that nobody has come back for.
    fileprivate mutating func forget(_ limits: RemoteObjectLimits) {
        let latest = NIODeadline.now() - .milliseconds(Int64(limits.streamSeconds * 1_000))
        streams = streams.filter { $0.value.leftAt.map { $0 > latest } ?? true }
    }
}
