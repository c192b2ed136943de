import Foundation
import ServerForTests
import ServerModels
import Testing

/// Worker processes, and a server in a process of its own.
struct ProcessTests {
    @Test func `a worker that is killed with a request is replaced, and its request answered with an error`()
        async throws
    {
        try await serving(.processPipeline(2)) { serving in
            let (victim, other) = (try await serving.client(), try await serving.client())
            for round in 0..<5 {
                try await victim.send("die\n")
                try await other.send("\(round)\n")
                #expect(try await other.line() == "\(round)\n")
                let answer = try await victim.line()
                #expect(answer.hasPrefix("error: the worker process that had the request died"), "\(answer)")
                try await victim.send("alive\n")
                #expect(try await victim.line() == "alive\n")
            }
            #expect(serving.counters.workersReplaced.count == 5)
            #expect(serving.counters.failures.count == 5)
        }
    }

    @Test func `a worker that dies with nothing to do is replaced before its next request`() async throws {
        try await serving(.processPipeline(1)) { serving in
            let client = try await serving.client()
            try await client.send("pid\n")
            let first = try #require(pid_t(try await client.line().dropLast()))
            kill(first, SIGKILL)
            try await eventually("it is dead") { isDead(first) }
            try await client.send("pid\n")
            let second = try #require(pid_t(try await client.line().dropLast()))
            #expect(first != second)
            #expect(serving.counters.workersReplaced.count == 1)
            #expect(serving.counters.failures.count == 0)
        }
    }

    @Test func `a worker inherits nothing that is open here but the standard streams`() async throws {
        // Not to be closed when a program is started, as many libraries leave theirs.
        let pipe = Pipe()
        try await serving(.processPipeline(1)) { serving in
            let client = try await serving.client()
            try await client.send("pid\n")
            let worker = try #require(pid_t(try await client.line().dropLast()))
            let open = try Remains.descriptors(of: "\(worker)")
            let ours = "pipe:[\(try inode(of: pipe.fileHandleForWriting.fileDescriptor))]"
            #expect(try Remains.descriptors(of: "self").contains(ours))
            #expect(!open.contains(ours))
            #expect(!open.isEmpty)
        }
    }

    @Test func `requests over a frame are answered with an error, and answers over it`() async throws {
        var limits = ModelLimits()
        limits.frameBytes = 1_000
        try await serving(.processPipeline(1), limits: limits) { serving in
            let client = try await serving.client()
            // 1 kind, 2 port, 1 length, 9 address: 987 bytes are left.
            try await client.send(String(repeating: "x", count: 987) + "\n")
            #expect(try await client.line().count == 988)
            try await client.send(String(repeating: "x", count: 988) + "\n")
            #expect(try await client.line() == "error: a request of 988 bytes does not fit a frame\n")
            try await client.send("big 998\n")
            #expect(try await client.line().count == 999)
            try await client.send("big 999\n")
            #expect(try await client.line().hasPrefix("error: the worker process that had the request died"))
            try await client.send("good\n")
            #expect(try await client.line() == "good\n")
        }
    }

    @Test func `a worker command that does not exist is an error at the start`() async throws {
        let command = WorkerCommand(executable: "/nonexistent/worker", arguments: [])
        let server = try ModelServer(
            .processPipeline(2), service: Script(), host: "127.0.0.1", port: 0, worker: command, logger: quiet)
        let error = await #expect(throws: (any Error).self) { try await server.run() }
        #expect("\(try #require(error))".contains("/nonexistent/worker: No such file or directory"))
        expectNothingLeft(server.counters.snapshot)
    }

    @Test func `a worker that ends at once is an error to each request`() async throws {
        let server = try ModelServer(
            .processPipeline(1), service: Script(), host: "127.0.0.1", port: 0,
            worker: WorkerCommand(executable: "/bin/true", arguments: []), logger: quiet)
        async let running: Void = server.run()
        let client = try await Client(try #require(portOf(server.endpoint)))
        for _ in 0..<3 {
            try await client.send("a\n")
            #expect(try await client.line().hasPrefix("error: "))
        }
        server.stop()
        try await running
        expectNothingLeft(server.counters.snapshot)
    }

    @Test func `process-pipeline without a command for workers is an error that names another model`() throws {
        let error = #expect(throws: ModelError.self) {
            _ = try ModelServer(.processPipeline(1), service: Script(), host: "127.0.0.1", port: 0, logger: quiet)
        }
        #expect(error?.description.contains("Take pipeline") == true)
    }

    @Test(arguments: models)
    func `no descriptor, thread or process is left at the end`(model: ModelName) async throws {
        let server = try await ServerProcess(model)
        let first = try await Client(server.port)
        try await first.send("wait 20 a\nlater b\n")
        #expect(try await first.line() == "wait 20 a\n")
        #expect(try await first.line() == "later b\n")
        if model != .oneClient {
            first.finish()
            for number in 0..<20 {
                let client = try await Client(server.port)
                try await client.send("\(number)\nhal")
                #expect(try await client.line() == "\(number)\n")
                if number % 2 == 0 { client.reset() } else if number % 3 == 0 { client.finish() }
            }
        }
        if model == .oneClient { try await first.send("wait 100 c\n") }
        let report = try await server.stop()
        #expect(report.after.descriptors == report.before.descriptors)
        #expect(report.after.threads == [])
        #expect(report.after.children == "")
        expectNothingLeft(report.counters)
    }

    @Test(arguments: lastingModels)
    func `with no descriptors left accepting pauses, and everybody is served in the end`(model: ModelName) async throws
    {
        let server = try await ServerProcess(model, descriptors: 40)
        try await withThrowingTaskGroup { group in
            for number in 0..<100 {
                group.addTask {
                    let client = try await Client(server.port)
                    // Nobody leaves before the descriptors are all taken, where they can be.
                    try await client.send("wait 50 \(number)\n")
                    #expect(try await client.line() == "wait 50 \(number)\n")
                }
            }
            try await group.waitForAll()
        }
        let report = try await server.stop()
        expectNothingLeft(report.counters)
        #expect(report.counters.accepted == 100)
        #expect(report.counters.answers == 100)
        // Three are standard, and eight are the process's own.
        #expect(report.counters.openPeak <= 40 - 3 - 8)
        // It pauses, and does not try again and again meanwhile.
        if model != .sequential { #expect((1...5_000).contains(report.counters.pauses)) }
    }

    private func inode(of descriptor: Int32) throws -> ino_t {
        var status = stat()
        try #require(fstat(descriptor, &status) == 0)
        return status.st_ino
    }

    private func isDead(_ id: pid_t) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else { return true }
        return status.contains(") Z ")
    }
}

/// `ServerForTests serve`, as a process.
private final class ServerProcess: Sendable {
    let port: Int
    private let process: Process
    private let input: FileHandle
    private let output: FileHandle

    init(_ model: ModelName, descriptors: Int? = nil) async throws {
        let (input, output) = (Pipe(), Pipe())
        process = Process()
        process.executableURL = helper
        process.arguments = ["serve", "\(model)", "script"] + (descriptors.map { ["\($0)"] } ?? [])
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        self.input = input.fileHandleForWriting
        self.output = output.fileHandleForReading
        let line = try await inThread { [output] in
            var line: [UInt8] = []
            while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8) {
                line += byte
            }
            return line
        }
        port = try #require(portOf(String(decoding: line, as: UTF8.self)))
    }

    /// Stops it, and waits for what it has to say.
    func stop() async throws -> Report {
        try input.close()
        let report = try await inThread { [output] in try output.readToEnd() ?? Data() }
        return try JSONDecoder().decode(Report.self, from: report)
    }
}
