import Foundation
import Lab
import Testing

/// What people see of a record.
struct DrawingTests {
    /// Figure 4.6 in its own time.
    private var record: SimulationRecord {
        var record = SimulationRecord(load: Load(clients: 5, timeout: 15, visit: .stay(seconds: 5)))
        for number in 0..<5 {
            var client = SimulationRecord.Client(name: "Client-\(number + 1)", arrived: 0)
            client.connected = 0
            if number < 4 {
                (client.outcome, client.answers) = (.served, 1)
                client.served = Double(5 * number)
                client.left = Double(5 * number + 5)
            } else {
                (client.outcome, client.left) = (.gaveUp, 15.1)
            }
            record.clients.append(client)
        }
        (record.served, record.gaveUp, record.seconds) = (4, 1, 20)
        (record.latencies.count, record.latencies.p50) = (4, 7_500_000)
        (record.latencies.p99, record.latencies.max) = (15_000_000, 15_000_000)
        return record
    }

    @Test func `figure 4.6 is drawn as it was`() {
        #expect(
            TimelineDrawing(record, columns: 50, colours: false).lines == [
                "Client-1  ###########",
                "Client-2  ..........###########",
                "Client-3  ....................###########",
                "Client-4  ..............................##########",
                "Client-5  ..............................x",
                "          0 s                 10 s            20 s",
            ])
    }

    @Test func `who was refused, came late or misbehaved has signs of its own`() {
        var record = record
        record.load.misfits.slow = 1
        record.clients = Array(record.clients.prefix(3))
        record.clients[0].left = 20
        record.clients[1].outcome = .refused
        record.clients[1].served = nil
        record.clients[1].arrived = 5
        record.clients[2].outcome = .misfit
        record.clients[2].left = 5
        #expect(
            TimelineDrawing(record, columns: 30, colours: false).lines == [
                "Client-1  ####################",
                "Client-2       .....-",
                "Client-3  ~~~~~~",
                "... and 3 more",
                "          0 s       10 s  20 s",
            ])
    }

    @Test(arguments: [0, 1, 30, 80, 200]) func `a drawing is no wider than the terminal, when that is not tiny`(
        _ columns: Int
    ) {
        for line in TimelineDrawing(record, columns: columns, colours: false).lines {
            #expect(line.count <= max(columns, 30))
        }
    }

    @Test func `colours are there when they are asked for`() {
        #expect(TimelineDrawing(record, columns: 50, colours: true).lines[4].contains("\u{1B}[31mx\u{1B}[0m"))
        #expect(!TimelineDrawing(record, columns: 50, colours: false).lines.joined().contains("\u{1B}"))
    }

    @Test func `no more rows than the limit, and the rest is counted`() {
        var record = record
        record.load.clients = 2_000
        record.clients = (0..<1_000).map { SimulationRecord.Client(name: "Client-\($0)", arrived: 0) }
        let lines = TimelineDrawing(record, columns: 80, colours: false).lines
        #expect(lines.count == TimelineDrawing.rows + 2)
        #expect(lines[TimelineDrawing.rows] == "... and 1950 more")
    }

    @Test func `nobody makes no drawing`() {
        let record = SimulationRecord(load: Load(clients: 0, timeout: 1, visit: .requests(1)))
        #expect(TimelineDrawing(record, columns: 80, colours: false).lines.isEmpty)
    }

    @Test func `a sentence says who was served`() {
        #expect(
            record.summary
                == "5 clients in 20 s: 4 served, 1 gave up (Client-5), 0 refused. Who was served waited 7.5 s (median), "
                + "15 s (99 %), 15 s (longest).")
    }

    @Test func `a record survives JSON, which has snake_case keys`() throws {
        let json = try record.json
        #expect(json.contains("\"gave_up\":1"))
        #expect(!json.contains("\n"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let read = try decoder.decode(SimulationRecord.self, from: Data(json.utf8))
        #expect(read.clients == record.clients)
        #expect(read.load == record.load)
    }
}
