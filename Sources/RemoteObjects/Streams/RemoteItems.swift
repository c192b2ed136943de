import PyroWire
import Synchronization

/// A stream whose items are at another server, which is asked for them one by one, over a connection of its own.
actor RemoteItems {
    nonisolated let system: PyroActorSystem
    /// The server that has the items.
    nonisolated var place: String? { stream.object.location }
    private let stream: CallRouter.StreamReference
    /// Reached by who ends the stream while an item is waited for.
    private nonisolated let line = Mutex(Line())
    private var isAsking = false
    private var isOver = false

    private struct Line {
        var connection: PeerConnection?
        var isClosed = false
    }

    init(_ stream: CallRouter.StreamReference, _ system: PyroActorSystem) {
        self.stream = stream
        self.system = system
    }

    /// The server keeps a stream whose connection is gone for a moment only.
    deinit { close() }

    /// Ends it; who waits for an item is told so.
    nonisolated func close() {
        line.withLock { line in
            line.isClosed = true
            line.connection?.abandon()
            line.connection = nil
        }
    }

    /// - Returns: `nil` at the end, and ever after.
    func next() async throws -> PyroValue? {
        guard !isOver else { return nil }
        guard !isAsking else {
            throw RemoteObjectError.notSent(stream.object, reason: "somebody else waits for this stream's next item")
        }
        isAsking = true
        defer { isAsking = false }
        do {
            let connection = try await connected()
            return try await system.calls.ask("get_next_stream_item", of: stream, on: connection)
        } catch let exception as PyroException where exception.className.hasSuffix("StopIteration") {
            end()
            return nil
        } catch let exception as PyroException {
            end()
            throw ErrorTranslation.error(for: exception, system: system)
        } catch {
            end()
            throw error
        }
    }

    private func connected() async throws -> PeerConnection {
        if let connection = line.withLock({ $0.connection }) { return connection }
        let new = try await system.calls.connection(for: stream.object)
        let isClosed = line.withLock { line in
            if !line.isClosed { line.connection = new }
            return line.isClosed
        }
        guard !isClosed else {
            new.abandon()
            throw RemoteObjectError.notSent(stream.object, reason: "its stream was closed")
        }
        return new
    }

    private func end() {
        isOver = true
        close()
    }
}
