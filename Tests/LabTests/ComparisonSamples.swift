import Lab
import ServerModels

/// Comparisons that were never run, for tests of what is made of them.
enum Samples {
    static let load = Load(clients: 2, timeout: 15, visit: .stay(seconds: 5))
    static let asking = Load(clients: 16, timeout: 60, visit: .requests(100))

    static func cell(_ model: ModelName, _ service: ServiceName = .hold, _ load: Load = load, reference: Bool = false)
        -> Cell
    {
        Cell(Contender(model, isReference: reference), service, load, rounds: 1)
    }

    /// The first client is served, the second gives up.
    static func held(name: String = "Client-1") -> CellResult {
        var record = SimulationRecord(load: load)
        var first = SimulationRecord.Client(name: name, arrived: 0)
        first.outcome = .served
        (first.connected, first.served, first.left, first.answers) = (0.001, 0.001, 5, 1)
        var second = SimulationRecord.Client(name: "Client-2", arrived: 0)
        second.outcome = .gaveUp
        (second.connected, second.left) = (0.002, 15)
        record.clients = [first, second]
        (record.served, record.gaveUp, record.answers, record.seconds) = (1, 1, 1, 15)
        var result = CellResult(record: record)
        (result.threads, result.cpuSeconds) = (7, 0.004)
        result.switches = ContextSwitches(voluntary: 40, involuntary: 2)
        (result.residentBytesBefore, result.residentBytes) = (10 << 20, 12 << 20)
        var counters = Counters.Snapshot()
        (counters.threadsPeak, counters.queuedPeak, counters.openPeak, counters.refused) = (3, 4, 2, 5)
        result.counters = counters
        return result
    }

    /// 1,600 answers in so many seconds.
    static func answered(seconds: Double) -> CellResult {
        var record = SimulationRecord(load: asking)
        (record.served, record.answers, record.seconds) = (16, 1_600, seconds)
        record.latencies.count = 1_600
        (record.latencies.p50, record.latencies.p90, record.latencies.p99, record.latencies.max) = (
            200, 400, 900, 1_500
        )
        record.latencies.curve = [(0, 50), (50, 200), (90, 400), (99, 900), (99.9, 1_400), (100, 1_500)].map {
            .init(percent: $0.0, microseconds: $0.1)
        }
        var result = CellResult(record: record)
        (result.cpuSeconds, result.rates) = (seconds / 2, [1_600 / seconds])
        return result
    }

    static func comparison(_ kind: Preset.Kind, _ entries: [Comparison.Entry]) -> Comparison {
        let cells = entries.map(\.cell)
        let matrix = Matrix(cells.map(\.server), [.hold], [load])
        return Comparison(preset: Preset(own: matrix, kind: kind), entries: entries)
    }

    static func entry(_ cell: Cell, _ result: CellResult) -> Comparison.Entry {
        Comparison.Entry(cell: cell, outcome: .measured(result))
    }

    /// Two models with their counterparts in Python.
    static var peers: Comparison {
        comparison(
            .speed,
            [ModelName.sequential, .tasks].flatMap { model in
                [
                    entry(cell(model, .echoAfter(0), asking), answered(seconds: 0.5)),
                    entry(cell(model, .echoAfter(0), asking, reference: true), answered(seconds: 4)),
                ]
            })
    }
}
