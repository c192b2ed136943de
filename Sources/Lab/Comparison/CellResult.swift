package import ServerModels

/// What came out of one measurement.
package struct CellResult: Codable, Sendable {
    package var record: SimulationRecord
    /// Threads of the server's process and of its child processes at most, those of its libraries included.
    package var threads = 0
    /// While the clients were there, the server's end included: threads that have ended are counted by the kernel only then.
    package var switches = ContextSwitches()
    /// Processor seconds while the clients were there.
    package var cpuSeconds = 0.0
    /// Memory before the first client came.
    package var residentBytesBefore = 0
    /// Memory at most, of all processes; what they share counts for each.
    package var residentBytes = 0
    /// The server's own counters at the end; `nil` when it has none, or has ended before.
    package var counters: Counters.Snapshot?
    /// Requests a second of every round.
    package var rates: [Double] = []

    package init(record: SimulationRecord) {
        self.record = record
    }

    /// Answers a second; `nil` when clients do not send requests.
    package var rate: Double? {
        guard case .requests = record.load.visit, record.seconds > 0 else { return nil }
        return Double(record.answers) / record.seconds
    }

    /// What the server was asked for: answers, or clients served.
    package var operations: Int {
        if case .requests = record.load.visit { record.answers } else { record.served }
    }

    /// Processor microseconds of one operation; `nil` when there was none.
    package var cpuMicroseconds: Double? {
        operations > 0 ? cpuSeconds * 1e6 / Double(operations) : nil
    }

    /// Threads that the model serves with, where the server tells; all of its process otherwise.
    package var servingThreads: Int { counters?.threadsPeak ?? threads }

    /// Bytes of memory that one of the clients took; `nil` when that cannot be told.
    package var bytesPerConnection: Double? {
        let open = counters?.openPeak ?? record.served
        return open > 0 ? Double(max(0, residentBytes - residentBytesBefore)) / Double(open) : nil
    }
}
