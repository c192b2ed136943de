import Foundation
import Glibc

/// A server that was started for one measurement: a process of its own, by the contract that all servers of the lab keep.
final class ServerProcess: Sendable {
    /// Seconds that a server may take to listen.
    private static let startSeconds = 20.0
    /// Seconds that it may take to end after SIGTERM; then it is killed.
    private static let endSeconds = 10.0
    /// Bytes of its last words that are told.
    private static let lastWords = 2_000
    private static let pause = Duration.milliseconds(5)

    /// What a server writes when it listens.
    struct Ready: Decodable {
        var endpoint: String
        /// The socket with its counters, when it has one.
        var counters: String?

        var port: Int? { endpoint.split(separator: ":").last.flatMap { Int($0) } }
    }

    /// What the kernel says of a process that has ended, and of its children.
    struct End {
        var status: Int32
        var cpuSeconds: Double
        var switches: ContextSwitches
    }

    let id: Int32
    private let directory: URL

    /// Starts a command, and waits until it listens.
    ///
    /// - Parameter words: the path of the program and its arguments, without `--listen` and `--ready-file`.
    /// - Throws: ``CellError``; the process has ended then.
    static func start(_ words: [String]) async throws -> (server: ServerProcess, ready: Ready) {
        let server = try ServerProcess(words)
        do {
            return (server, try await server.waitUntilReady())
        } catch {
            await server.end()
            throw error
        }
    }

    private init(_ words: [String]) throws(CellError) {
        directory = FileManager.default.temporaryDirectory.appending(path: "mboard-lab-\(UUID())")
        do {
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .notStarted("cannot make \(directory.path): \(error.localizedDescription)")
        }
        let all = words + ["--listen", "127.0.0.1:0", "--ready-file", directory.appending(path: "ready").path]
        do throws(CellError) {
            id = try Self.spawn(all, output: directory.appending(path: "output").path)
        } catch {
            try? FileManager.default.removeItem(at: directory)
            throw error
        }
    }

    private static func spawn(_ words: [String], output: String) throws(CellError) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own: Ctrl-C is for the comparison, which ends its servers itself.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var id = pid_t()
        let code = posix_spawnp(&id, words[0], &actions, &attributes, arguments, environ)
        guard code == 0 else { throw .notStarted("\(words[0]): \(String(cString: strerror(code)))") }
        return id
    }

    private func waitUntilReady() async throws -> Ready {
        let file = directory.appending(path: "ready")
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .seconds(Self.startSeconds) {
            if let data = try? Data(contentsOf: file) {
                guard let ready = try? JSONDecoder().decode(Ready.self, from: data), ready.port != nil else {
                    throw CellError.notStarted(
                        "its ready file makes no sense: \(visible(String(decoding: data, as: UTF8.self)))")
                }
                return ready
            }
            if hasEnded { throw CellError.notStarted("it ended at once: \(words)") }
            try await Task.sleep(for: Self.pause)
        }
        throw CellError.notStarted("it does not listen after \(Int(Self.startSeconds)) s: \(words)")
    }

    /// Whether the process has ended; it stays to be waited for.
    var hasEnded: Bool {
        var info = siginfo_t()
        return waitid(P_PID, id_t(id), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_signo == SIGCHLD
    }

    /// The end of what the server printed.
    var words: String {
        let data = (try? Data(contentsOf: directory.appending(path: "output"))) ?? Data()
        let text = visible(String(decoding: data.suffix(Self.lastWords), as: UTF8.self))
        return text.isEmpty ? "it printed nothing" : text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Ends the process, by force when it does not end in time, and takes note of its end. To be called once, and last.
    ///
    /// Not cut short by cancellation: a server that nobody waits for would be left behind.
    @discardableResult
    func end() async -> End {
        kill(id, SIGTERM)  // it is still there, or waits to be waited for: the number is nobody else's
        let start = ContinuousClock.now
        var isKilled = false
        var status: Int32 = 0
        var usage = rusage()
        while wait4(id, &status, WNOHANG, &usage) == 0 {
            if !isKilled, ContinuousClock.now - start > .seconds(Self.endSeconds) {
                kill(id, SIGKILL)
                isKilled = true
            }
            // Unstructured, since a cancelled task does not sleep: waited for here.
            await Task.detached { try? await Task.sleep(for: Self.pause) }.value
        }
        try? FileManager.default.removeItem(at: directory)
        let cpu = [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
        return End(
            status: status, cpuSeconds: cpu,
            switches: ContextSwitches(voluntary: usage.ru_nvcsw, involuntary: usage.ru_nivcsw))
    }
}

/// One measurement failed.
package enum CellError: Error, CustomStringConvertible {
    case notStarted(String)
    /// The server ended while it was measured.
    case ended(String)
    case simulation(String)

    package var description: String {
        switch self {
        case .notStarted(let reason): "the server did not start: \(reason)"
        case .ended(let words): "the server ended while it was measured: \(words)"
        case .simulation(let reason): "the clients could not run: \(reason)"
        }
    }
}
