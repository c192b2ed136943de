/// What became of the simulated clients.
package struct SimulationRecord: Sendable, Codable {
    /// What became of one client, with times in seconds since the start.
    package struct Client: Sendable, Codable, Hashable {
        /// How its visit ended.
        package enum Outcome: String, Sendable, Codable {
            /// It got all it wanted.
            case served
            /// It waited for too long, and left.
            case gaveUp = "gave_up"
            /// It was refused: not accepted, reset, or closed before it had what it wanted.
            case refused
            /// A misfit, whose visit has no outcome.
            case misfit
        }

        /// Why it was refused.
        package enum Refusal: String, Sendable, Codable {
            /// Nobody listens, or nobody took the connection.
            case notConnected = "not_connected"
            /// The system had no socket or no port for the client: the simulator's fault, not the server's.
            case noSocket = "no_socket"
            /// The connection broke.
            case reset
            /// The server closed before the client had what it wanted.
            case closedEarly = "closed_early"
            /// The answer was not the one to the request.
            case wrongAnswer = "wrong_answer"
            /// The server answered with an error.
            case errorAnswer = "error_answer"
        }

        package var name: String
        package var outcome: Outcome
        /// `nil` unless it was refused.
        package var refusal: Refusal?
        package var arrived: Double
        /// When the kernel had a connection for it; `nil` when it never did.
        package var connected: Double?
        /// When the server first did something for it; `nil` when it never did.
        package var served: Double?
        package var left: Double
        /// Answers that it got.
        package var answers: Int

        package init(name: String, arrived: Double) {
            self.name = name
            outcome = .refused
            self.arrived = arrived
            left = arrived
            answers = 0
        }
    }

    /// How long clients waited: for being served, or for each answer; in microseconds.
    package struct Latencies: Sendable, Codable, Hashable {
        package var count = 0
        package var p50 = 0.0
        package var p90 = 0.0
        package var p99 = 0.0
        package var max = 0.0
        /// Points of the distribution's curve: of how many per cent of all it was at most so many microseconds.
        package var curve: [Point] = []

        package struct Point: Sendable, Codable, Hashable {
            package var percent: Double
            package var microseconds: Double

            package init(percent: Double, microseconds: Double) {
                self.percent = percent
                self.microseconds = microseconds
            }
        }

        package init() {}
    }

    /// Clients whose visits are kept.
    package static let keptClients = 1_000

    package var load: Load
    /// In the order of their arrival; the first ``keptClients`` of them.
    package var clients: [Client]
    package var served: Int
    package var gaveUp: Int
    package var refused: Int
    /// Answers of all clients.
    package var answers: Int
    /// From the first arrival to the last goodbye.
    package var seconds: Double
    /// Seconds in which the simulator itself did not run, since the machine had stalled: clients' clocks stood still, ``seconds`` and
    /// ``latencies`` went on.
    package var stalled = 0.0
    package var latencies: Latencies

    package init(load: Load) {
        self.load = load
        clients = []
        (served, gaveUp, refused, answers, seconds) = (0, 0, 0, 0, 0)
        latencies = Latencies()
    }
}
