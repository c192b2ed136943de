import Logging

/// Producer and consumers: the accept loop puts connections into a queue, threads that were there from the start take them
/// out. Figures 4.9 and 4.11.
///
///     accept --connection--> [queue] --> N threads: serve
///       ^_____|
///
/// At the bound (`ModelLimits.queued`): the accept loop waits for room in the queue; clients wait in the kernel.
struct Prefork: BlockingModel {
    let threads: Int

    func serve(_ server: Server) throws {
        let queue = BlockingQueue<Connection>(limit: server.limits.queued, depth: server.counters.queued)
        defer { queue.close() }
        let pool = try ThreadPool("Thread", count: threads, counters: server.counters) { _ in
            while let client = queue.take() {
                server.logger.debug("Got item \(client.peer)")
                client.converse()
            }
        }
        while let client = server.accept() {
            server.logger.debug("Added item \(client.peer)")
            queue.put(client)
        }
        queue.close()
        pool.join()
    }
}
