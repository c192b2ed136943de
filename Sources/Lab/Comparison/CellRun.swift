/// Measures cells, each with a server in a process of its own.
package struct CellRun: Sendable {
    /// Connections that wait in the kernel for a server: so many that none of a comparison's clients is turned away.
    private static let backlog = 4_096

    private let executable: String
    private let references: String?

    /// - Parameters:
    ///   - executable: the path of `mboard`.
    ///   - references: the directory with the reference programs in Python; `nil` when none are compared.
    package init(executable: String, references: String?) {
        self.executable = executable
        self.references = references
    }

    /// The command that starts a cell's server.
    package func command(_ cell: Cell) -> [String] {
        let program =
            cell.server.isReference ? ["python3", "-B", "\(references ?? ".")/run.py"] : [executable, "lab", "serve"]
        return program + [
            "--model", cell.server.model, "--service", cell.service, "--backlog", "\(Self.backlog)",
        ]
    }

    /// Measures one cell: so many rounds, the one with the median throughput counts.
    ///
    /// - Parameter progress: the part of it that is done, at most ten times a second.
    /// - Throws: ``CellError``, or `CancellationError`; no server is left in either case.
    package func measure(_ cell: Cell, progress: @escaping @Sendable (Double) -> Void) async throws -> CellResult {
        var results: [CellResult] = []
        for round in 0..<max(1, cell.rounds) {
            results.append(
                try await once(cell) { done in progress((Double(round) + done) / Double(max(1, cell.rounds))) })
        }
        results.sort { ($0.rate ?? 0) < ($1.rate ?? 0) }
        var median = results[(results.count - 1) / 2]
        median.rates = results.compactMap(\.rate)
        return median
    }

    private func once(_ cell: Cell, progress: @escaping @Sendable (Double) -> Void) async throws -> CellResult {
        let (server, ready) = try await ServerProcess.start(command(cell))
        do {
            try Task.checkCancellation()
            let result = try await visit(server, ready, cell, progress)
            return result
        } catch {
            let words = server.words
            let hasEnded = server.hasEnded
            await server.end()
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            throw hasEnded ? CellError.ended(words) : CellError.simulation("\(error)")
        }
    }

    /// Lets the clients come, and ends the server.
    private func visit(
        _ server: ServerProcess, _ ready: ServerProcess.Ready, _ cell: Cell,
        _ progress: @escaping @Sendable (Double) -> Void
    ) async throws -> CellResult {
        guard let service = ServiceName(cell.service), let port = ready.port else {
            throw CellError.notStarted("there is no service \(cell.service)")
        }
        let before = ProcessTree(root: server.id)
        let (resident, switches, cpu) = (before.usage.residentBytes, before.switches, before.cpuSeconds)
        let simulation = Simulation(cell.load, service: service, host: "127.0.0.1", port: port, log: nil)
        let (record, seen) = try await withThrowingTaskGroup(of: UsageSampler.Seen.self) { group in
            group.addTask {
                var sampler = UsageSampler(server: server.id, hasCounters: ready.counters != nil)
                return await sampler.run()
            }
            let record = try await simulation.run { done, all in progress(Double(done) / Double(max(1, all))) }
            group.cancelAll()
            return (record, try await group.next() ?? UsageSampler.Seen())
        }
        var last = UsageSampler(server: server.id, hasCounters: ready.counters != nil)
        await last.look(closely: true)
        let hasEnded = server.hasEnded
        let cpuAfter = ProcessTree(root: server.id).cpuSeconds
        try Task.checkCancellation()
        let words = server.words
        let end = await server.end()
        guard !hasEnded || end.status == 0 else { throw CellError.ended(words) }
        var result = CellResult(record: record)
        result.residentBytesBefore = resident
        result.residentBytes = max(resident, seen.residentBytes, last.seen.residentBytes)
        result.counters = last.seen.counters ?? seen.counters
        result.threads = max(seen.threads, last.seen.threads)
        result.switches = end.switches - switches
        // A server that has ended by itself, as one-client does, has no clock any more.
        result.cpuSeconds = max(0, (hasEnded ? end.cpuSeconds : cpuAfter) - cpu)
        return result
    }
}
