/// The pipeline with its handlers in processes of their own: I/O in threads, computing in N workers, each the same program
/// started again at the other end of a socket pair.
///
///     … --> [requests] --> N threads, each with one process behind it --> [responses] --> …
///
/// A worker that dies is noticed by its thread, which answers the request with an error and starts another one; of one that died
/// with nothing to do nobody hears.
///
/// At the bound: as in the pipeline; a request over `ModelLimits.frameBytes` is answered with an error.
struct ProcessPipeline: BlockingModel {
    let processes: Int
    let command: WorkerCommand

    func serve(_ server: Server) throws {
        // The first ones are started here: a command that cannot be started is no server.
        let workers = (0..<processes).map { _ in WorkerHandle(command, limits: server.limits) }
        defer { for worker in workers { worker.forget() } }
        for worker in workers { try worker.start() }
        server.whenCut { for worker in workers { worker.end() } }
        try Pipeline(threads: processes).serve(server, handlers: processes) { number in
            let worker = workers[number - 1]
            return { request, peer in
                server.counters.busy.add()
                defer { server.counters.busy.add(-1) }
                do throws(WorkerError) {
                    return try worker.handle(request, from: peer, replaced: server.counters.workersReplaced)
                } catch {
                    return server.failed(error.description)
                }
            }
        }
    }
}
