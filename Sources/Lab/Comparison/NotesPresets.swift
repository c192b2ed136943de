import ServerModels

/// The simulations of the notes' chapter 4.
extension Preset {
    static func notes(scale: Double) -> [Preset] {
        [oneClient(scale), sequential(scale), impatient(scale)] + threads(scale) + requests(scale)
    }

    private static func staying(_ seconds: Double, timeout: Double, _ scale: Double) -> Load {
        Load(clients: 5, timeout: timeout, visit: .stay(seconds: seconds)).scaled(by: scale)
    }

    /// Clients of a request that takes 4.5 s, who wait for 10 s.
    private static func heavy(_ models: [ModelName], _ scale: Double) -> Matrix {
        Matrix(
            models.map { Contender($0) }, [.echoAfter(4.5 * scale)],
            [Load(clients: 5, timeout: 10, visit: .requests(1)).scaled(by: scale)])
    }

    private static func oneClient(_ scale: Double) -> Preset {
        Preset(
            "fig-4.3", .whoIsServed,
            question: "Five clients come at once to a server that serves one and ends: what becomes of the others?",
            explanation: """
                The others have connections, since the kernel makes them, but nobody accepts them. When the first client has \
                gone the server ends, and the kernel resets what still waits.
                """,
            [Matrix([Contender(.oneClient)], [.hold], [staying(5, timeout: 15, scale)])],
            expected: ["one-client": 1])
    }

    private static func sequential(_ scale: Double) -> Preset {
        Preset(
            "fig-4.6", .whoIsServed,
            question:
                "Which of five clients does a sequential server serve, when each stays for 5 s and waits for at most 15 s?",
            explanation: """
                One client is served at a time, so their turns come after 0, 5, 10, 15 and 20 s: the fifth has left by then. \
                The fourth's turn comes in the very moment when its 15 s end. In the notes it came 10 ms late, and the client was \
                still there; so that milliseconds decide nothing, the simulated clients are a little slow to leave, too.
                """,
            [Matrix([Contender(.sequential)], [.hold], [staying(5, timeout: 15, scale)])],
            expected: ["sequential": 4])
    }

    private static func impatient(_ scale: Double) -> Preset {
        Preset(
            "question-4.6", .whoIsServed,
            question:
                "Which of five clients does a sequential server serve, when each stays for 30 s and waits for only 5 s?",
            explanation: """
                The first client has the server for 30 s. The other four leave after 5 s, long before a second one could be \
                served.
                """,
            [Matrix([Contender(.sequential)], [.hold], [staying(30, timeout: 5, scale)])],
            expected: ["sequential": 1])
    }

    private static func threads(_ scale: Double) -> [Preset] {
        let load = staying(30, timeout: 5, scale)
        return [
            Preset(
                "fig-4.10", .whoIsServed,
                question:
                    "A thread for each connection: which of five clients that stay for 30 s and wait for 5 s are served?",
                explanation: """
                    The accept loop only makes a thread and accepts the next client at once: nobody waits for another client, \
                    and the server has as many threads as clients.
                    """,
                [Matrix([Contender(.threadPerConnection)], [.hold], [load])], expected: ["thread-per-connection": 5]),
            Preset(
                "fig-4.11", .whoIsServed,
                question:
                    "Eight threads take clients from a queue: which of five clients that stay for 30 s and wait for 5 s are served?",
                explanation: """
                    Eight threads were there from the start, so each of the five clients finds one that is free; three have \
                    nothing to do. It looks the same to the clients as a thread for each connection.
                    """,
                [Matrix([Contender(.prefork(8))], [.hold], [load])], expected: ["prefork:8": 5]),
            Preset(
                "prefork-4", .whoIsServed,
                question:
                    "Four threads instead of eight take clients from a queue: which of the same five clients are served?",
                explanation: """
                    Four clients take the four threads for 30 s each. The fifth is accepted, and waits in the queue until it \
                    leaves after 5 s: the threads are the number of clients served at a time.
                    """,
                [Matrix([Contender(.prefork(4)), Contender(.prefork(8))], [.hold], [load])],
                expected: ["prefork:4": 4, "prefork:8": 5]),
        ]
    }

    private static func requests(_ scale: Double) -> [Preset] {
        [
            Preset(
                "heavy-request", .whoIsServed,
                question: "Five clients each send a request that takes 4.5 s, and wait for 10 s: who gets an answer?",
                explanation: """
                    One after the other, the answers come after 4.5, 9 and 13.5 s: the third client has left by then, and so \
                    have all behind it. Every model that handles five requests at a time, by threads, processes or timers, \
                    answers all of them after 4.5 s.
                    """,
                [
                    heavy(
                        [
                            .sequential, .threadPerConnection, .prefork(8), .threadPerRequest, .pipeline(8), .managers,
                            .processPipeline(8), .eventLoop(1), .tasks,
                        ], scale)
                ],
                expected: ["sequential": 2]),
            Preset(
                "pipeline", .whoIsServed,
                question:
                    "How many handlers does a pipeline need for five requests of 4.5 s and clients who wait for 10 s?",
                explanation: """
                    Receivers and senders wait for the network only; the handlers are the narrow place. One of them answers \
                    after 4.5 and 9 s: two clients. Two answer twice two. Five answer all at once.
                    """,
                [heavy([.pipeline(1), .pipeline(2), .pipeline(5)], scale)],
                expected: ["pipeline:1": 2, "pipeline:2": 4, "pipeline:5": 5]),
            Preset(
                "managers", .whoIsServed,
                question:
                    "What do four managers that make workers on demand serve, beside a pipeline of two threads a stage?",
                explanation: """
                    A manager makes a worker for every request, so five are handled at a time. The pipeline's two handlers \
                    manage four in time. The price is a thread made for each piece of work.
                    """,
                [heavy([.managers, .pipeline(2)], scale)], expected: ["managers": 5, "pipeline:2": 4]),
        ]
    }
}
