import ServerModels

/// Comparisons of speed and of memory.
extension Preset {
    /// Clients at a time.
    private static let clients = 16
    /// Seconds that nobody should have to wait.
    private static let patience = 60.0

    static func speed(cores: Int, scale: Double) -> [Preset] {
        [
            processPipeline(cores, scale), allModels(cores, scale), peers(cores, scale), manyConnections(cores, scale),
        ]
    }

    private static func asking(_ requests: Double, clients: Int = clients, _ scale: Double) -> Load {
        Load(clients: clients, timeout: patience, visit: .requests(max(1, Int(requests * scale))))
    }

    private static func processPipeline(_ cores: Int, _ scale: Double) -> Preset {
        Preset(
            "process-pipeline", .speed,
            question: "Requests that compute: does it help to handle them in several threads, or in processes?",
            explanation: """
                Factors are computed, nobody waits: one thread uses one core, \(cores) of them use up to \(cores). In Swift \
                threads are as good as processes; in Python only one thread of a process computes at a time, and processes \
                are the way to use more cores. They pay for it with a copy of every request and answer.
                """,
            [
                Matrix(
                    [
                        .init(.sequential), .init(.pipeline(cores)), .init(.processPipeline(cores)),
                        .init(.eventLoop(cores)),
                    ], [.factor], [asking(200, scale)], rounds: 3)
            ])
    }

    private static func allModels(_ cores: Int, _ scale: Double) -> Preset {
        let models = ModelName.all(cores: cores).filter { $0 != .oneClient }.map { Contender($0) }
        return Preset(
            "all-models", .speed,
            question: "The same clients and requests for every model: what does each cost?",
            explanation: """
                A request that is answered at once shows the cost of the model itself. A thread that keeps its connection wakes \
                once for a request; a pipeline hands it from thread to thread, and each hand-over is a context switch; a \
                new thread for each request or each piece of work costs most. An event loop asks the kernel for many connections at a time.
                """,
            [Matrix(models, [.echoAfter(0)], [asking(3_000, scale)], rounds: 3)])
    }

    private static func peers(_ cores: Int, _ scale: Double) -> Preset {
        let models = ModelName.all(cores: cores).filter { $0 != .oneClient }
        func both(_ models: [ModelName]) -> [Contender] {
            models.flatMap { [Contender($0), Contender($0, isReference: true)] }
        }
        return Preset(
            "peers", .speed,
            question:
                "How does each model compare with the same model in Python: requests a second, and processor time a request?",
            explanation: """
                Both keep the same contract and serve the same clients. echo-after costs nothing to answer: it shows the \
                model itself. factor computes: there the language's arithmetic counts, and whether threads may compute at \
                the same time. On a machine with few cores the clients take their share: processor time a request is the \
                fairer figure. one-client serves its only client.
                """,
            [
                Matrix(both([.oneClient]), [.echoAfter(0)], [asking(20_000, clients: 1, scale)], rounds: 3),
                Matrix(both(models), [.echoAfter(0)], [asking(2_000, scale)], rounds: 3),
                Matrix(both(models), [.factor], [asking(30, scale)], rounds: 3),
            ])
    }

    private static func manyConnections(_ cores: Int, _ scale: Double) -> Preset {
        func holding(_ clients: Double, _ model: ModelName) -> Matrix {
            // At 4,000 a second the last comes after 5 s at most.
            var load = Load(
                clients: max(1, Int(clients * scale)), timeout: patience,
                visit: .stay(seconds: max(2, 15 * min(1, scale))))
            load.arrivals = .poisson(perSecond: 4_000)
            return Matrix([Contender(model)], [.hold], [load])
        }
        return Preset(
            "many-connections", .connections,
            question: "How much memory do 2,000 connections take with a thread each, and 20,000 on event loops?",
            explanation: """
                A thread has a stack, of which the part that was used stays in memory, and its place in the kernel. A connection \
                on an event loop is some objects. All clients stay until the last one has come, so that all are open at a time; \
                what the kernel keeps for a socket is not in these figures.
                """,
            [holding(2_000, .threadPerConnection), holding(20_000, .eventLoop(cores))],
            expected: [:])
    }
}
