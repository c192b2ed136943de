/// Receivers, handlers and senders, N threads each, joined by three queues. A connection goes round: when its answer is sent
/// it waits for its next request.
///
///     accept --> [connections] --> receivers --> [requests] --> handlers --> [responses] --> senders
///                      ^_______________________________________________________________________|
///
/// A receiver waits for the client it has taken: more connections than receivers, and the others wait for one of them to speak.
///
/// At the bound (`ModelLimits.queued`): no more connections are open than a queue holds. Each is in one place at a time, so that
/// nobody who puts into a queue ever waits in a circle; the accept loop waits, clients wait in the kernel.
struct Pipeline: BlockingModel {
    let threads: Int

    func serve(_ server: Server) throws {
        try serve(server, handlers: threads) { _ in { request, peer in server.answer(to: request, from: peer) } }
    }

    /// Handles one request.
    typealias Handler = (_ request: [UInt8], _ peer: Peer) -> [UInt8]

    /// - Parameters:
    ///   - handlers: threads that handle.
    ///   - makeHandler: makes what one of them does, in that thread.
    func serve(_ server: Server, handlers: Int, makeHandler: @escaping @Sendable (Int) -> Handler) throws {
        let (limit, depth) = (server.limits.queued, server.counters.queued)
        let connections = BlockingQueue<Connection>(limit: limit, depth: depth)
        let requests = BlockingQueue<(client: Connection, request: [UInt8])>(limit: limit, depth: depth)
        let responses = BlockingQueue<(client: Connection, answer: [UInt8])>(limit: limit, depth: depth)
        var stages: [ThreadPool] = []
        defer {
            connections.close()
            requests.close()
            responses.close()
            for stage in stages { stage.join() }
        }
        stages.append(
            try ThreadPool("Receiver", count: threads, counters: server.counters) { _ in
                while let client = connections.take() {
                    if let request = client.receive() { requests.put((client, request)) } else { client.close() }
                }
            })
        stages.append(
            try ThreadPool("Handler", count: handlers, counters: server.counters) { number in
                let handle = makeHandler(number)
                while let (client, request) = requests.take() { responses.put((client, handle(request, client.peer))) }
            })
        stages.append(
            try ThreadPool("Sender", count: threads, counters: server.counters) { _ in
                while let (client, answer) = responses.take() {
                    if client.send(answer) { connections.put(client) } else { client.close() }
                }
            })
        while let client = server.accept(upTo: limit) { connections.put(client) }
        server.connections.waitUntilEmpty()
    }
}
