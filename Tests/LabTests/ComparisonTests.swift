import Foundation
import Lab
import ServerModels
import Testing

struct ComparisonTests {
    @Test func `the table is aligned, numbers at the right`() {
        let comparison = Samples.comparison(
            .whoIsServed,
            [
                Samples.entry(Samples.cell(.sequential), Samples.held()),
                Samples.entry(Samples.cell(.threadPerConnection), Samples.held()),
            ])
        let lines = comparison.tableLines
        #expect(lines.count == 3)
        #expect(Set(lines.map(\.count)).count == 1)
        #expect(lines[0].hasPrefix("model                  clients  served  gave up  refused"))
        #expect(lines[1].hasPrefix("sequential                   2       1        1        0"))
        #expect(lines[2].hasPrefix("thread-per-connection        2       1        1        0"))
        // The model's own threads, as its counters tell, and its queue.
        #expect(lines[0].split(separator: " ").suffix(5) == ["threads", "switches", "CPU", "memory", "queue"])
        #expect(lines[1].split(separator: " ").suffix(7) == ["3", "42", "4.00", "ms", "12.0", "MiB", "4"])
    }

    @Test func `a comparison with Python has a ratio in the rows of ours`() {
        let lines = Samples.peers.tableLines
        #expect(lines[0].contains("x Python"))
        #expect(lines[1].hasPrefix("sequential ") && lines[1].contains(" 8.0 "))
        #expect(lines[2].hasPrefix("sequential in Python ") && !lines[2].contains(" 8.0 "))
    }

    @Test func `a row for programs has the fields that scripts rely on`() throws {
        let comparison = Samples.comparison(.whoIsServed, [Samples.entry(Samples.cell(.sequential), Samples.held())])
        let line = try #require(comparison.jsonLines.first)
        #expect(!line.contains("\n"))
        let row = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(row["model"] as? String == "sequential")
        #expect(row["service"] as? String == "hold")
        #expect(row["reference"] as? Bool == false)
        let numbers: [(String, Double)] = [
            ("clients", 2), ("served", 1), ("gave_up", 1), ("refused", 0), ("answers", 1), ("timeout", 15), ("stay", 5),
            ("seconds", 15), ("threads", 3), ("process_threads", 7), ("voluntary_switches", 40),
            ("involuntary_switches", 2),
            ("cpu_seconds", 0.004), ("cpu_us_per_operation", 4_000), ("peak_rss_mib", 12), ("rss_mib_before", 10),
            ("peak_open", 2), ("peak_queue", 4), ("server_refused", 5), ("failures", 0), ("pauses", 0), ("rounds", 1),
        ]
        for (name, value) in numbers { #expect(row[name] as? Double == value, "\(name)") }
    }

    @Test func `a row of a speed has its rate, its ratio and its waiting times`() throws {
        let line = try #require(Samples.peers.jsonLines.first)
        let row = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(row["per_second"] as? Double == 3_200)
        #expect(row["ratio_to_reference"] as? Double == 8)
        #expect(row["requests"] as? Double == 100)
        #expect(row["wait_ms"] as? [String: Double] == ["p50": 0.2, "p90": 0.4, "p99": 0.9, "max": 1.5])
    }

    @Test func `a cell that failed has a row with the reason, and no figures`() throws {
        let failed = Comparison.Entry(cell: Samples.cell(.tasks), outcome: .failed("no such thing"))
        let comparison = Samples.comparison(.whoIsServed, [failed])
        let line = try #require(comparison.jsonLines.first)
        let row = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(row["failed"] as? String == "no such thing")
        #expect(row["served"] == nil)
        #expect(comparison.tableLines[1].contains("failed"))
        #expect(comparison.findings == ["tasks, hold, 2 clients: no such thing"])
    }

    @Test func `models with the same outcome share a sentence`() {
        let comparison = Samples.comparison(
            .whoIsServed,
            [
                Samples.entry(Samples.cell(.sequential), Samples.held()),
                Samples.entry(Samples.cell(.tasks), Samples.held()),
            ])
        #expect(comparison.findings == ["sequential and tasks: 1 of 2 clients served, 1 gave up."])
    }

    @Test func `an outcome that was not expected is said to be none`() throws {
        let preset = try #require(Preset.all(cores: 2).first { $0.name == "fig-4.6" })
        let comparison = Comparison(preset: preset, entries: [Samples.entry(preset.cells[0], Samples.held())])
        #expect(comparison.findings == ["sequential: 1 of 5 clients served, 1 gave up (expected: 4 served)."])
    }

    @Test func `a speed is said beside Python`() {
        #expect(
            Samples.peers.findings.last
                == "echo-after, beside the same model in Python: from 8.0 (sequential) to 8.0 times (sequential) as many requests a second."
        )
    }

    @Test(arguments: [
        (0, "0"), (0.4, "0.40 us"), (999, "999 us"), (1_000, "1.00 ms"), (99_940, "99.9 ms"), (999_600, "1.00 s"),
        (30e6, "30.0 s"),
    ])
    func `a time has three digits and a unit`(microseconds: Double, text: String) {
        #expect(time(microseconds: microseconds) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")])
    func `a number has its thousands apart`(number: Int, text: String) {
        #expect(grouped(number) == text)
    }

    @Test func `a long text is broken at spaces`() {
        #expect(wrapped("one two three four", columns: 9, indent: 2) == ["one two", "  three", "  four"])
        #expect(wrapped("averylongword x", columns: 5) == ["averylongword", "x"])
        #expect(wrapped("") == [])
    }
}
