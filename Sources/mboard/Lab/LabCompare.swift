import ArgumentParser
import Foundation
import Lab
import ServerModels
import UnixSignals

/// The same service and the same clients, one server model after another.
struct LabCompare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Compare server models: who is served, who gives up, what it costs.",
        discussion: """
            A preset is a comparison with a question and its answer; --list prints them all. Or put one together yourself:

              mboard lab compare --preset fig-4.6
              mboard lab compare --model sequential --model prefork:4 --clients 5 --stay 5 --timeout 15
              mboard lab compare --model tasks --model event-loop:2 --service echo-after --clients 16 --requests 1000

            Each model runs in a server process of its own. Every finished row is kept beside the report (FILE.jsonl): the \
            same command goes on where it was interrupted, and takes what it has; --fresh measures anew.
            """)

    @Option(help: ArgumentHelp("A comparison by its name; several are possible.", valueName: "name"))
    var preset: [String] = []

    @Flag(help: "Print the presets with their questions.")
    var list = false

    @OptionGroup var own: OwnComparison

    @Option(
        help: ArgumentHelp(
            "Of a preset: its seconds are multiplied by this; where it counts requests or connections, these are. 1: the notes' own.",
            valueName: "factor"))
    var scale = 1.0

    @Option(help: ArgumentHelp("Measure each row so many times; the median counts.", valueName: "n"))
    var rounds: Int?

    @Option(help: ArgumentHelp("The report (default: mboard-lab-NAME.html in this directory).", valueName: "file.html"))
    var output: String?

    @Flag(help: "Forget what was measured before.")
    var fresh = false

    @Option(help: ArgumentHelp("The reference programs in Python, for the preset `peers`.", valueName: "directory"))
    var references = "Benchmarks/reference/servers"

    @Flag(help: "Print one JSON object a row.")
    var json = false

    func validate() throws {
        guard !list else { return }
        guard (0.001...10).contains(scale) else { throw ValidationError("--scale takes 0.001 to 10") }
        guard (1...100).contains(rounds ?? 1) else { throw ValidationError("--rounds takes 1 to 100") }
        guard output?.hasSuffix(".html") ?? true else {
            throw ValidationError(
                "--output \(harmless(output ?? "")): the report is an HTML document, its name ends with .html")
        }
        let presets = try chosen
        guard Set(preset).count == preset.count else { throw ValidationError("--preset: each can be given once") }
        let needsReferences = presets.contains { $0.cells.contains(where: \.server.isReference) }
        guard !needsReferences || FileManager.default.fileExists(atPath: "\(references)/run.py") else {
            throw ValidationError(
                "\(harmless(references)) has no reference programs (run.py): name their directory with --references, "
                    + "or run this in the source tree")
        }
    }

    /// Files of a process that are not its clients' connections.
    private static let reservedFiles = 100

    /// Connections that this process, and a server that it starts, can have.
    static let mostConnections = OpenFiles.raise().map { max(1, $0 - reservedFiles) } ?? .max

    /// What to compare.
    private var chosen: [Preset] {
        get throws {
            if let own = try own.preset {
                guard preset.isEmpty else { throw ValidationError("--preset and --model do not go together") }
                return [own.measured(rounds: rounds)]
            }
            let all = Preset.all(cores: LabCommand.cores, scale: scale, mostConnections: Self.mostConnections)
            guard !preset.isEmpty else {
                throw ValidationError(
                    "what is to be compared? Give --preset NAME (--list prints them), or --model MODEL")
            }
            return try preset.map { name in
                guard let preset = all.first(where: { $0.name == name }) else {
                    throw ValidationError(
                        "there is no preset \"\(harmless(name))\"; there are \(all.map(\.name).joined(separator: ", "))"
                    )
                }
                return preset.measured(rounds: rounds)
            }
        }
    }

    func run() async throws {
        guard !list else { return printPresets() }
        let presets = try chosen
        let report = output ?? "mboard-lab-\(presets.map(\.name).joined(separator: "+")).html"
        let file = try ResumeFile(
            path: report.dropLast(".html".count) + ".jsonl", version: Mboard.version, startsAnew: fresh)
        if file.damagedLines > 0 {
            complain(
                "mboard: \(file.path): \(file.damagedLines) damaged line\(file.damagedLines == 1 ? " is" : "s are") left out, and measured again"
            )
        }
        let machine = Machine(version: Mboard.version)
        let comparisons = try await untilSignal(file) { try await compare(presets, file) }
        try Report(comparisons, machine: machine, command: ["mboard"] + CommandLine.arguments.dropFirst()).write(
            to: report)
        complain("mboard: report: \(report)")
        if comparisons.contains(where: { $0.entries.contains { $0.result == nil } }) { throw ExitCode(1) }
    }

    private func printPresets() {
        for preset in Preset.all(cores: LabCommand.cores) {
            Lab.wrapped("\(preset.name): \(preset.question)", indent: 4).forEach { mboard.output(line: $0) }
        }
    }

    // MARK: Measuring

    private func compare(_ presets: [Preset], _ file: ResumeFile) async throws -> [Comparison] {
        let run = CellRun(executable: "/proc/self/exe", references: references)
        let bar = isTerminal(2) ? LabProgressBar() : nil
        var comparisons: [Comparison] = []
        for preset in presets {
            if !json { Lab.wrapped("\(preset.name): \(preset.question)").forEach { mboard.output(line: $0) } }
            let comparison = try await Comparison(preset, run: run, file: file) { bar?.show($0) }
            bar?.clear()
            let known = comparison.entries.count { $0.isFromBefore }
            if known > 0 {
                complain(
                    "mboard: \(known) of \(comparison.entries.count) rows are in \(file.path) already; --fresh measures them anew"
                )
            }
            show(comparison)
            comparisons.append(comparison)
        }
        return comparisons
    }

    private func show(_ comparison: Comparison) {
        if json { return comparison.jsonLines.forEach { mboard.output(line: $0) } }
        let paragraphs =
            [comparison.tableLines] + [comparison.findings.flatMap { Lab.wrapped($0, indent: 2) }]
            + [comparison.preset.explanation, comparison.preset.deviations].map { Lab.wrapped($0) }
        for lines in paragraphs where !lines.isEmpty { mboard.output(line: "\n" + lines.joined(separator: "\n")) }
        mboard.output(line: "")
    }

    /// Does something until it is done, or until a signal: then what runs is stopped, servers included.
    private func untilSignal<Result: Sendable>(
        _ file: ResumeFile, _ action: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
            group.addTask { try await action() }
            group.addTask {
                for await _ in signals { return nil }
                return nil
            }
            defer { group.cancelAll() }
            if let result = try await group.next() ?? nil { return result }
            complain("\nmboard: stopping; what is finished is in \(file.path), the same command goes on from there")
            signal(SIGINT, SIG_DFL)  // a second one ends the process at once
            group.cancelAll()
            while let _ = try? await group.next() {}
            throw ExitCode(130)
        }
    }
}

/// The options of a comparison that somebody puts together.
struct OwnComparison: ParsableArguments {
    /// Clients of a comparison, at most: as many connections as one address has ports for, with some to spare.
    private static let mostClients = 25_000

    @Option(
        help: ArgumentHelp(
            "A model (`mboard lab serve --help` lists them); several are compared.", valueName: "model[:n]"),
        transform: ModelName.argument)
    var model: [ModelName] = []

    @Option(help: ArgumentHelp("A service (default: hold); several are possible.", valueName: "service"))
    var service: [ServiceName] = []

    @Option(help: ArgumentHelp("Clients (default: 5); several numbers are possible.", valueName: "n"))
    var clients: [Int] = []

    @Option(help: ArgumentHelp("Seconds that a client waits.", valueName: "seconds"))
    var timeout: Double?

    @Option(help: ArgumentHelp("Seconds that a client stays when it is served by `hold`.", valueName: "seconds"))
    var stay: Double?

    @Option(help: ArgumentHelp("Requests of each client, to the other services.", valueName: "n"))
    var requests: Int?

    /// The comparison, when a model is given.
    var preset: Preset? {
        get throws {
            guard !model.isEmpty else {
                guard service.isEmpty, clients.isEmpty, timeout == nil, stay == nil, requests == nil else {
                    throw ValidationError(
                        "--service, --clients, --timeout, --stay and --requests go with --model, not with a preset")
                }
                return nil
            }
            let services = service.isEmpty ? [.hold] : service
            guard stay == nil || requests == nil else {
                throw ValidationError("clients either --stay or send --requests")
            }
            let visit: Load.Visit = services[0] == .hold ? .stay(seconds: stay ?? 5) : .requests(requests ?? 1)
            guard services.allSatisfy({ $0.fits(visit) }), requests == nil || services[0] != .hold,
                stay == nil || services[0] == .hold
            else {
                throw ValidationError(
                    "clients of hold --stay, those of other services send --requests: compare them apart")
            }
            try check(visit)
            let loads = (clients.isEmpty ? [5] : clients).map {
                Load(clients: $0, timeout: timeout ?? 15, visit: visit)
            }
            let kind: Preset.Kind = if case .requests(2...) = visit { .speed } else { .whoIsServed }
            return Preset(own: Matrix(model.map { Contender($0) }, services, loads), kind: kind)
        }
    }

    private func check(_ visit: Load.Visit) throws {
        guard clients.allSatisfy({ (1...Self.mostClients).contains($0) }) else {
            throw ValidationError("--clients takes 1 to \(Self.mostClients)")
        }
        guard clients.allSatisfy({ $0 <= LabCompare.mostConnections }) else {
            throw ValidationError(
                "--clients: a process may have open files for \(LabCompare.mostConnections) of them only; "
                    + "take fewer, or raise the limit (ulimit -n)")
        }
        guard (0.001...3_600).contains(timeout ?? 1), (0...3_600).contains(stay ?? 1) else {
            throw ValidationError("--timeout takes 0.001 to 3600 seconds, --stay 0 to 3600")
        }
        guard (1...10_000_000).contains(requests ?? 1) else { throw ValidationError("--requests takes 1 to 10000000") }
    }
}
