/// How a server spends its threads on its clients.
protocol ServerModel: Sendable {
    /// Serves until the server stops and what was in hand is finished.
    func run(_ server: Server) async throws
}

/// A model of blocking sockets: written as if there were nothing else in the world.
protocol BlockingModel: ServerModel {
    /// Serves in the thread that calls, and in others that have ended when it returns.
    func serve(_ server: Server) throws
}

extension BlockingModel {
    func run(_ server: Server) async throws {
        server.whenStopping {
            server.listener.stopListening()  // wakes who waits in accept(2)
            server.connections.end()
        }
        server.whenCut { server.connections.cut() }
        try await withCheckedThrowingContinuation { (end: CheckedContinuation<Void, any Error>) in
            do throws(SystemCallError) {
                try NamedThread("MainThread") {
                    server.counters.threads.add()
                    let result = Result { try serve(server) }
                    server.counters.threads.add(-1)
                    end.resume(with: result)
                }.detach()
            } catch {
                end.resume(throwing: error)
            }
        }
    }
}

/// A model by its name, with the number of its threads or processes where it has one: `sequential`, `prefork:8`.
public enum ModelName: Hashable, Sendable, CustomStringConvertible {
    case oneClient
    case sequential
    case threadPerConnection
    case prefork(Int)
    case threadPerRequest
    case pipeline(Int)
    case managers
    case processPipeline(Int)
    case eventLoop(Int)
    case tasks

    /// Threads or processes that a model may be given.
    public static let workers = 1...1_024

    /// Every model with the number it has when none is given; as many event loops and processes as there are cores.
    public static func all(cores: Int) -> [ModelName] {
        [
            .oneClient, .sequential, .threadPerConnection, .prefork(8), .threadPerRequest, .pipeline(8), .managers,
            .processPipeline(cores), .eventLoop(cores), .tasks,
        ]
    }

    /// Reads `NAME` or `NAME:N`; `nil` when there is no such model, it takes no number, or the number is not one of
    /// ``workers``.
    public init?(_ text: String, cores: Int) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let model = Self.all(cores: cores).first(where: { $0.name == parts[0] }) else { return nil }
        guard parts.count == 2 else {
            self = model
            return
        }
        guard let count = Int(parts[1]), Self.workers.contains(count) else { return nil }
        switch model {
        case .prefork: self = .prefork(count)
        case .pipeline: self = .pipeline(count)
        case .processPipeline: self = .processPipeline(count)
        case .eventLoop: self = .eventLoop(count)
        case .oneClient, .sequential, .threadPerConnection, .threadPerRequest, .managers, .tasks: return nil
        }
    }

    /// Without the number.
    public var name: String {
        switch self {
        case .oneClient: "one-client"
        case .sequential: "sequential"
        case .threadPerConnection: "thread-per-connection"
        case .prefork: "prefork"
        case .threadPerRequest: "thread-per-request"
        case .pipeline: "pipeline"
        case .managers: "managers"
        case .processPipeline: "process-pipeline"
        case .eventLoop: "event-loop"
        case .tasks: "tasks"
        }
    }

    /// The number of its threads or processes, where it has one.
    public var count: Int? {
        switch self {
        case .prefork(let count), .pipeline(let count), .processPipeline(let count), .eventLoop(let count): count
        case .oneClient, .sequential, .threadPerConnection, .threadPerRequest, .managers, .tasks: nil
        }
    }

    /// As it is read.
    public var description: String { count.map { "\(name):\($0)" } ?? name }

    /// What it does, in a sentence.
    public var summary: String {
        switch self {
        case .oneClient: "serves one client, and ends (fig. 4.3)"
        case .sequential: "serves one client after the other (fig. 4.4)"
        case .threadPerConnection: "a new thread for each connection"
        case .prefork: "N threads take connections from a queue"
        case .threadPerRequest: "one thread a connection, one a request"
        case .pipeline: "N receivers, handlers, senders; three queues"
        case .managers: "four fixed threads, workers on demand"
        case .processPipeline: "a pipeline that handles in N processes"
        case .eventLoop: "N event loops that never wait (SwiftNIO)"
        case .tasks: "one task a connection (Swift concurrency)"
        }
    }
}
