import CLinux
import Glibc
import Synchronization

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

/// One worker process, seen from the server; it is replaced when it has died. One thread has requests handled; another one may
/// end it meanwhile.
final class WorkerHandle: Sendable {
    private let command: WorkerCommand
    private let limits: ModelLimits
    private let state = Mutex(State())

    private struct State {
        var process: (id: pid_t, socket: Int32)?
        var isOver = false
    }

    /// A worker that is not started.
    init(_ command: WorkerCommand, limits: ModelLimits) {
        self.command = command
        self.limits = limits
    }

    /// Starts the process.
    ///
    /// - Returns: the socket to it.
    @discardableResult
    func start() throws(WorkerError) -> Int32 {
        try state.withLock { state throws(WorkerError) in
            guard !state.isOver else { throw .died("the server ends") }
            let process = try spawn()
            state.process = process
            return process.socket
        }
    }

    /// Has a request handled, and waits for it.
    ///
    /// - Parameter replaced: counts the processes that have died and were replaced.
    func handle(
        _ request: [UInt8], from peer: Peer, replaced: Counters.Tally
    ) throws(WorkerError) -> [UInt8] {
        let frame = WorkerFrame(request, from: peer)
        guard frame.payload.count < limits.frameBytes else { throw .tooBig(request.count) }
        var socket = state.withLock { $0.process?.socket }
        if let idle = socket, hasEnded(idle) {
            forget()
            replaced.add()
            socket = nil
        }
        do throws(WorkerError) {
            let socket = if let socket { socket } else { try start() }
            try frame.write(to: socket)
            guard let answer = try WorkerFrame.read(from: socket, limit: limits.frameBytes) else {
                throw .died("it closed its end")
            }
            guard answer.kind == .answer else { throw .failed(String(decoding: answer.payload, as: UTF8.self)) }
            return answer.payload
        } catch {
            if error.isDeath, forget() {
                replaced.add()
                _ = try? start()  // whoever asks next is told if there is none
            }
            throw error
        }
    }

    /// Ends the process, whatever it does, and wakes who waits for it. There will be no other.
    func end() {
        state.withLock { state in
            state.isOver = true
            guard let process = state.process else { return }
            kill(process.id, SIGKILL)
            // Somebody may be waiting at the socket, and closes it: its number is not to be another's meanwhile.
            shutdown(process.socket, Int32(SHUT_RDWR))
        }
    }

    /// Ends the process, takes note of its end, and closes its socket. By the thread that has requests handled, or after it.
    ///
    /// - Returns: `false` when there was none.
    @discardableResult
    func forget() -> Bool {
        state.withLock { state in
            guard let process = state.process else { return false }
            state.process = nil
            close(process.socket)
            // It holds nothing that it could save; and a server that ends does not wait for it.
            kill(process.id, SIGKILL)
            while waitpid(process.id, nil, 0) < 0, errno == EINTR {}
            return true
        }
    }

    /// Whether a worker that has nothing to do is no more.
    private func hasEnded(_ socket: Int32) -> Bool {
        var byte: UInt8 = 0
        let count = recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return count >= 0 || errno != EAGAIN && errno != EINTR
    }

    private func spawn() throws(WorkerError) -> (id: pid_t, socket: Int32) {
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
        // A pipe of the program around this, or a client, whose other end would otherwise wait for the worker's end too.
        linux_close_from_at_spawn(&actions, STDERR_FILENO + 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own: Ctrl-C is for the server, which ends its workers itself.
        // And no signal is blocked or ignored in it because it is here.
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
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
    let waits = Waits()
    while let frame = try WorkerFrame.read(from: STDIN_FILENO, limit: limits.frameBytes) {
        guard let (request, peer) = frame.request else { throw WorkerError.died("it sent what is no request") }
        let answer: WorkerFrame
        do {
            answer = WorkerFrame(.answer, try waits.wait(for: service.handle(request, from: peer)))
        } catch {
            answer = WorkerFrame(.failure, Array("\(error)".utf8))
        }
        try answer.write(to: STDIN_FILENO)
    }
}
