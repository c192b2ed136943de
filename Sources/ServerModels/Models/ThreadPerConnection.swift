/// Delegation, or manager and workers: each connection gets a new thread, which ends with it. Figures 4.8 and 4.10.
///
///     accept --connection--> new thread: serve
///       ^_____|
///
/// At the bound (`ModelLimits.threads`): the accept loop waits for a thread to end; clients wait in the kernel.
struct ThreadPerConnection: BlockingModel {
    func serve(_ server: Server) {
        let crew = ThreadCrew(
            "Thread", limit: server.limits.threads, counters: server.counters, logger: server.logger)
        while let client = server.accept() {
            crew.start { client.converse() }
        }
        crew.waitForAll()
    }
}
