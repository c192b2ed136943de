import Foundation
import Logging
package import ServerModels

/// A process of its own for tests: a worker of `process-pipeline`, or a server whose descriptors and threads nobody else has.
///
///     ServerForTests worker SERVICE
///     ServerForTests serve MODEL SERVICE [DESCRIPTORS]     says its port; ends with its standard input, and says what it has left
@main
struct ServerForTests {
    static func main() async throws {
        let arguments = CommandLine.arguments
        if arguments[1] == "worker" { return try runWorker(service(arguments[2])) }
        // What is made once for the whole process: the second server finds it there.
        let first = try server(arguments)
        first.stop()
        try await first.run()
        try await Task.sleep(for: .milliseconds(1))
        let before = try Remains()
        let server = try server(arguments)
        if arguments.count > 4, let descriptors = UInt(arguments[4]) {
            var limit = rlimit(rlim_cur: descriptors, rlim_max: descriptors)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        say(server.endpoint)
        let stopper = Thread {
            while readLine() != nil {}
            server.stop()
        }
        stopper.start()
        try await server.run()
        var after = try Remains()
        // A thread that is not waited for takes a moment to be gone, and so does what an event loop closes.
        for _ in 0..<500 where after != before {
            try await Task.sleep(for: .milliseconds(10))
            after = try Remains()
        }
        let report = Report(before: before, after: after, counters: server.counters.snapshot)
        say(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
    }

    /// A service by its name.
    private static func service(_ name: String) -> any Service {
        switch name {
        case "hold": Hold()
        case "echo": EchoAfter()
        case "factor": Factor()
        default: Script()
        }
    }

    private static func server(_ arguments: [String]) throws -> ModelServer {
        guard let model = ModelName(arguments[2], cores: 2) else { fatalError("no model \(arguments[2])") }
        var logger = Logger(label: "test")
        logger.logLevel = .error
        return try ModelServer(
            model, service: service(arguments[3]), host: "127.0.0.1", port: 0,
            worker: WorkerCommand(executable: "/proc/self/exe", arguments: ["worker", arguments[3]]), logger: logger)
    }

    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

/// What a process has open, and who is in it.
package struct Remains: Codable, Equatable {
    /// Where its descriptors lead to, without their numbers.
    package let descriptors: [String]
    /// The names of the threads that models make.
    package let threads: [String]
    /// Its child processes, zombies included.
    package let children: String

    init() throws {
        let files = FileManager.default
        descriptors = try files.contentsOfDirectory(atPath: "/proc/self/fd")
            .compactMap { try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)") }
            .map { String($0.prefix { $0 != "[" }) }.filter { !$0.hasPrefix("/proc/") }.sorted()
        let made = [
            "MainThread", "Thread-", "Receiver", "Handler", "Sender", "NIO-ELT",
        ]
        threads = try files.contentsOfDirectory(atPath: "/proc/self/task")
            .compactMap { try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8) }
            .filter { name in made.contains { name.hasPrefix($0) } }.sorted()
        children = try files.contentsOfDirectory(atPath: "/proc/self/task")
            .compactMap { try? String(contentsOfFile: "/proc/self/task/\($0)/children", encoding: .utf8) }.joined()
    }
}

/// What ``ServerForTests`` says at its end.
package struct Report: Codable {
    package let before: Remains
    package let after: Remains
    package let counters: Counters.Snapshot
}
