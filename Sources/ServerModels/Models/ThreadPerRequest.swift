/// Each request gets a new thread, which handles it and sends the answer; a thread for each connection receives.
///
///     accept --connection--> new thread: receive --request--> new thread: handle, send in turn
///       ^_____|                           ^___________|
///
/// Requests of one connection are handled at the same time; their answers go out in the order of the requests.
///
/// At the bounds: of connections (`ModelLimits.threads`), the accept loop waits; of requests at a time, in all
/// (`ModelLimits.threads`) and of one connection (`ModelLimits.requestsInFlight`), its receiver waits, and so does the client.
struct ThreadPerRequest: BlockingModel {
    func serve(_ server: Server) {
        let limit = server.limits.threads
        let receivers = ThreadCrew("Receiver", limit: limit, counters: server.counters, logger: server.logger)
        let handlers = ThreadCrew("Handler", limit: limit, counters: server.counters, logger: server.logger)
        while let client = server.accept() {
            receivers.start {
                let turns = Turns(limit: server.limits.requestsInFlight)
                while let request = client.receive(turns), let turn = turns.next() {
                    handlers.start {
                        let answer = server.answer(to: request, from: client.peer)
                        turns.take(turn) { client.send(answer) || client.endInput() }
                    }
                }
                turns.waitForAll()
                client.close()
            }
        }
        receivers.waitForAll()
        handlers.waitForAll()
    }
}
