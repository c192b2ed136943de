/// Four fixed threads: the accept loop and the managers of receiving, handling and sending; each manager makes a worker for each
/// piece of work. The pipeline's queues, with threads on demand instead of pools.
///
///     accept --> [connections] --> manager --> [requests] --> manager --> [responses] --> manager
///                    ^               | new       ^              | new        ^               | new
///                    |               | worker:   |              | worker:    |               | worker:
///                    |               '-receive---'              '-handle-----'               '-send---.
///                    '____________________________________________________________________________|
///
/// At the bounds: a manager whose workers are at work (a third of `ModelLimits.threads` each) waits for one to end; no more
/// connections are open than a queue holds (`ModelLimits.queued`), as in the pipeline.
struct Managers: BlockingModel {
    func serve(_ server: Server) throws {
        let (limit, depth) = (server.limits.queued, server.counters.queued)
        let connections = BlockingQueue<Connection>(limit: limit, depth: depth)
        let requests = BlockingQueue<(client: Connection, request: [UInt8])>(limit: limit, depth: depth)
        let responses = BlockingQueue<(client: Connection, answer: [UInt8])>(limit: limit, depth: depth)
        var managers: [ThreadPool] = []
        defer {
            connections.close()
            requests.close()
            responses.close()
            for manager in managers { manager.join() }
        }
        managers.append(
            try manager("Receiver", of: connections, server) { client in
                if let request = client.receive() { requests.put((client, request)) } else { client.close() }
            })
        managers.append(
            try manager("Handler", of: requests, server) { client, request in
                responses.put((client, server.answer(to: request, from: client.peer)))
            })
        managers.append(
            try manager("Sender", of: responses, server) { client, answer in
                if client.send(answer) { connections.put(client) } else { client.close() }
            })
        while let client = server.accept(upTo: limit) { connections.put(client) }
        server.connections.waitUntilEmpty()
    }

    /// A thread that makes a worker for each entry of a queue.
    private func manager<Work: Sendable>(
        _ name: String, of queue: BlockingQueue<Work>, _ server: Server, _ worker: @escaping @Sendable (Work) -> Void
    ) throws(SystemCallError) -> ThreadPool {
        let workers = ThreadCrew(
            name, limit: max(1, server.limits.threads / 3), counters: server.counters, logger: server.logger)
        return try ThreadPool("\(name)Manager", count: 1, counters: server.counters) { _ in
            while let work = queue.take() { workers.start { worker(work) } }
            workers.waitForAll()
        }
    }
}
