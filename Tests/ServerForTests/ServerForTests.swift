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
        // Long enough for libdispatch to make what it times with: a sleep that is over before it is armed makes nothing.
        try await Task.sleep(for: .milliseconds(100))
        let before = try await Remains.when { $0.threads.isEmpty && $0.children.isEmpty }
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
        let after = try await Remains.when { $0 == before }
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

    /// What there is as soon as it is as it should be; what there is after five seconds if it is not by then. A thread that is
    /// not waited for takes a moment to be gone, and so does what an event loop closes.
    static func when(_ isSettled: (Remains) -> Bool) async throws -> Remains {
        var remains = try Remains()
        for _ in 0..<500 where !isSettled(remains) {
            try await Task.sleep(for: .milliseconds(10))
            remains = try Remains()
        }
        return remains
    }

    /// Where a process's descriptors lead to.
    ///
    /// - Parameter process: its id, or `self`.
    package static func descriptors(of process: String) throws -> [String] {
        let (files, directory) = (FileManager.default, "/proc/\(process)/fd")
        return try files.contentsOfDirectory(atPath: directory)
            .compactMap { try? files.destinationOfSymbolicLink(atPath: "\(directory)/\($0)") }
    }

    private init() throws {
        let files = FileManager.default
        descriptors = try Self.descriptors(of: "self").map { String($0.prefix { $0 != "[" }) }.filter {
            !$0.hasPrefix("/proc/")
        }.sorted()
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
