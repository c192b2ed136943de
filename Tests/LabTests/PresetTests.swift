import Lab
import ServerModels
import Testing

struct PresetTests {
    private static let all = Preset.all(cores: 2)

    @Test func `a matrix has every model with every service under every load`() {
        let loads = [1, 2].map { Load(clients: $0, timeout: 1, visit: .requests(1)) }
        let matrix = Matrix(
            [Contender(.sequential), Contender(.tasks, isReference: true)], [.echoAfter(0), .factor], loads, rounds: 3)
        #expect(matrix.cells.count == 8)
        #expect(Set(matrix.cells).count == 8)
        #expect(matrix.cells.allSatisfy { $0.rounds == 3 })
        #expect(matrix.cells.prefix(2).map(\.server.name) == ["sequential", "tasks in Python"])
    }

    @Test func `every preset has a name of its own, a question, an answer and something to measure`() {
        #expect(Set(Self.all.map(\.name)).count == Self.all.count)
        for preset in Self.all {
            #expect(preset.question.hasSuffix("?"), "\(preset.name)")
            #expect(preset.explanation.hasSuffix("."), "\(preset.name)")
            #expect(!preset.cells.isEmpty && Set(preset.cells).count == preset.cells.count, "\(preset.name)")
        }
    }

    @Test func `every cell can be started: its model and service exist, and its clients fit the service`() throws {
        for cell in Self.all.flatMap(\.cells) {
            #expect(ModelName(cell.server.model, cores: 2) != nil, "\(cell.name)")
            let service = try #require(ServiceName(cell.service))
            #expect(service.fits(cell.load.visit), "\(cell.name)")
        }
    }

    @Test(arguments: [
        ("fig-4.3", ["one-client": 1]), ("fig-4.6", ["sequential": 4]), ("question-4.6", ["sequential": 1]),
        ("fig-4.10", ["thread-per-connection": 5]), ("fig-4.11", ["prefork:8": 5]),
        ("prefork-4", ["prefork:4": 4, "prefork:8": 5]),
        (
            "heavy-request",
            [
                "sequential": 2, "thread-per-connection": 5, "prefork:8": 5, "thread-per-request": 5, "pipeline:8": 5,
                "managers": 5, "process-pipeline:8": 5, "event-loop:1": 5, "tasks": 5,
            ]
        ),
    ])
    func `a preset of the notes expects what the notes say`(name: String, served: [String: Int]) throws {
        let preset = try #require(Self.all.first { $0.name == name })
        let expected = preset.cells.map { ($0.server.model, preset.expectedServed($0) ?? -1) }
        #expect(Dictionary(uniqueKeysWithValues: expected) == served)
    }

    @Test func `a scale shrinks the notes' seconds, and the requests of a preset that measures speed`() throws {
        let scaled = Preset.all(cores: 2, scale: 0.02)
        let heavy = try #require(scaled.first { $0.name == "heavy-request" }).cells[0]
        #expect(heavy.service == "echo-after:0.09")
        #expect(heavy.load == Load(clients: 5, timeout: 0.2, visit: .requests(1)))
        let speed = try #require(scaled.first { $0.name == "all-models" }).cells[0]
        #expect(speed.load == Load(clients: 16, timeout: 60, visit: .requests(60)))
        let many = try #require(scaled.first { $0.name == "many-connections" }).cells.map(\.load.clients)
        #expect(many == [40, 400])
    }

    @Test func `a preset with more connections than a process can have is made to fit, and says so`() throws {
        let presets = Preset.all(cores: 2, mostConnections: 3_000)
        let many = try #require(presets.first { $0.name == "many-connections" })
        #expect(many.cells.map(\.load.clients) == [2_000, 3_000])
        #expect(many.deviations.contains("3,000"))
        #expect(presets.filter { !$0.deviations.isEmpty }.map(\.name) == ["many-connections"])
    }

    @Test func `rounds can be chosen, and nothing else changes`() throws {
        let preset = try #require(Self.all.first { $0.name == "peers" })
        let measured = preset.measured(rounds: 7)
        #expect(measured.cells.allSatisfy { $0.rounds == 7 })
        #expect(measured.cells.map(\.name) == preset.cells.map(\.name))
        #expect(preset.measured(rounds: nil).cells == preset.cells)
    }

    @Test func `a server of ours is this program, one in Python its reference program`() {
        let run = CellRun(executable: "/bin/mboard", references: "/refs")
        #expect(
            run.command(Samples.cell(.prefork(4))) == [
                "/bin/mboard", "lab", "serve", "--model", "prefork:4", "--service", "hold", "--backlog", "4096",
            ])
        #expect(
            run.command(Samples.cell(.tasks, .factor, Samples.asking, reference: true)) == [
                "python3", "-B", "/refs/run.py", "--model", "tasks", "--service", "factor", "--backlog", "4096",
            ])
    }
}
