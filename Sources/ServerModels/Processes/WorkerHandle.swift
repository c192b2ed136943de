import Glibc

/// How to start a worker process: it has to call ``runWorker(_:limits:)``, whose requests come on its standard input.
public struct WorkerCommand: Sendable {
    let executable: String
    let arguments: [String]

    /// - Parameters:
    ///   - executable: its path.
    ///   - arguments: without the program's own name.
    public init(executable: String, arguments: [String]) {
        self.executable = executable
        self.arguments = arguments
    }
}

/// One worker process, seen from the server; it is replaced when it has died. Belongs to one thread.
final class WorkerHandle: @unchecked Sendable {
    // Unchecked: made before its thread starts, then used by that thread alone, and ended after it.
    private let command: WorkerCommand
    private let limits: ModelLimits
    private var process: (id: pid_t, socket: Int32)?

    /// Starts the process.
    init(_ command: WorkerCommand, limits: ModelLimits) throws(WorkerError) {
        self.command = command
        self.limits = limits
        process = try start()
    }

    /// Has a request handled, and waits for it.
    func handle(_ request: [UInt8], from peer: Peer) throws(WorkerError) -> [UInt8] {
        let frame = WorkerFrame(request, from: peer)
        guard frame.payload.count < limits.frameBytes else { throw .tooBig(request.count) }
        do throws(WorkerError) {
            if process == nil { process = try start() }
            guard let process else { throw .died("it did not start") }
            try frame.write(to: process.socket)
            guard let answer = try WorkerFrame.read(from: process.socket, limit: limits.frameBytes) else {
                throw .died("it closed its end")
            }
            guard answer.kind == .answer else { throw .failed(String(decoding: answer.payload, as: UTF8.self)) }
            return answer.payload
        } catch {
            if error.isDeath {
                end()
                process = try? start()  // whoever asks next is told if there is none
            }
            throw error
        }
    }

    /// Lets the process end, and takes note of its end.
    func end() {
        guard let process else { return }
        self.process = nil
        close(process.socket)  // it reads the end there
        kill(process.id, SIGTERM)
        while waitpid(process.id, nil, 0) < 0, errno == EINTR {}
    }

    private func start() throws(WorkerError) -> (id: pid_t, socket: Int32) {
        var pair: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &pair) == 0 else { throw .notStarted(SystemCallError("socketpair")) }
        defer { close(pair[1]) }
        do throws(SystemCallError) {
            return (try spawn(input: pair[1]), pair[0])
        } catch {
            close(pair[0])
            throw .notStarted(error)
        }
    }

    /// Starts the command with a socket as its standard input; everything else that is open stays here.
    private func spawn(input: Int32) throws(SystemCallError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own: Ctrl-C is for the server, which ends its workers itself.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        var words: [UnsafeMutablePointer<CChar>?] = ([command.executable] + command.arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var id = pid_t()
        let code = posix_spawn(&id, command.executable, &actions, &attributes, words, environ)
        guard code == 0 else { throw SystemCallError("posix_spawn \(command.executable)", code) }
        return id
    }
}

/// Handles the requests of a server that started this process as a worker, until the server closes the socket.
///
/// - Throws: a description of what the server sent that is no frame.
public func runWorker(_ service: any Service, limits: ModelLimits = ModelLimits()) throws {
    while let frame = try WorkerFrame.read(from: STDIN_FILENO, limit: limits.frameBytes) {
        guard let (request, peer) = frame.request else { throw WorkerError.died("it sent what is no request") }
        let answer: WorkerFrame
        do {
            answer = WorkerFrame(.answer, try service.handle(request, from: peer).waitInThread())
        } catch {
            answer = WorkerFrame(.failure, Array("\(error)".utf8))
        }
        try answer.write(to: STDIN_FILENO)
    }
}
