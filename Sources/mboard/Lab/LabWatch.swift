import ArgumentParser
import Foundation
import Lab
import ServerModels

/// A running model, seen live.
struct LabWatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "See a running model: connections, queue, threads, rates.",
        discussion: """
            Looks at the servers that `mboard lab serve` runs. In a terminal the picture is drawn over and over; \
            into a pipe goes a line each time. Ctrl-C ends it, not the server.
            """)

    @Option(help: ArgumentHelp("The server's process, when several run.", valueName: "pid"))
    var pid: Int32?

    @Option(help: ArgumentHelp("Seconds between two looks.", valueName: "seconds"))
    var interval = 0.5

    @Option(help: ArgumentHelp("Looks, then the end (default: until the server ends).", valueName: "n"))
    var count: Int?

    @Flag(help: "Print one JSON object a look.")
    var json = false

    func validate() throws {
        guard (0.05...3_600).contains(interval) else { throw ValidationError("--interval takes 0.05 to 3600 seconds") }
        guard count ?? 1 >= 1 else { throw ValidationError("--count takes 1 or more") }
    }

    func run() async throws {
        let socket = try await choose()
        var before: LabLook?
        var drawing = LiveDrawing(isTerminal: isTerminal(1) && !json)
        for number in 1... {
            guard let server = try? await socket.read() else {
                return complain("mboard: the server has ended")
            }
            let look = LabLook(server, at: .now, threads: ThreadCount(of: server.pid).now)
            if json { output(line: look.json(since: before)) } else { drawing.show(look, since: before) }
            before = look
            if number == count { return }
            try await Task.sleep(for: .seconds(interval))
        }
    }

    private func choose() async throws -> CounterSocket {
        let sockets = CounterSocket.all()
        if let pid {
            guard let socket = sockets[pid] else {
                throw ValidationError("no server of the lab has the process \(pid); it is one of `mboard lab serve`")
            }
            return socket
        }
        guard let only = sockets.first else {
            complain("mboard: no server of the lab runs; start one with `mboard lab serve --model prefork:4`")
            throw ExitCode(69)
        }
        guard sockets.count == 1 else {
            complain("mboard: several servers run; choose one with --pid:")
            for pid in sockets.keys.sorted() {
                guard let server = try? await sockets[pid]?.read() else { continue }  // ended meanwhile
                complain("  --pid \(pid)   \(server.model) serves \(server.service) on \(server.endpoint)")
            }
            throw ExitCode(64)
        }
        return only.value
    }
}

/// Threads of a process, as the system counts them.
private struct ThreadCount {
    let now: Int

    init(of pid: Int32) {
        now = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task").count) ?? 0  // it has ended
    }
}
