/// What became of the simulated clients.
public struct SimulationRecord: Sendable, Codable {
    /// What became of one client, with times in seconds since the start.
    public struct Client: Sendable, Codable, Hashable {
        /// How its visit ended.
        public enum Outcome: String, Sendable, Codable {
            /// It got all it wanted.
            case served
            /// It waited for too long, and left.
            case gaveUp = "gave_up"
            /// It was refused: not accepted, reset, or closed before it had what it wanted.
            case refused
            /// A misfit, whose visit has no outcome.
            case misfit
        }

        public var name: String
        public var outcome: Outcome
        public var arrived: Double
        /// When the kernel had a connection for it; `nil` when it never did.
        public var connected: Double?
        /// When the server first did something for it; `nil` when it never did.
        public var served: Double?
        public var left: Double
        /// Answers that it got.
        public var answers: Int

        public init(name: String, arrived: Double) {
            self.name = name
            outcome = .refused
            self.arrived = arrived
            left = arrived
            answers = 0
        }
    }

    /// How long clients waited: for being served, or for each answer; in microseconds.
    public struct Latencies: Sendable, Codable, Hashable {
        public var count = 0
        public var p50 = 0.0
        public var p90 = 0.0
        public var p99 = 0.0
        public var max = 0.0
        /// Points of the distribution's curve: of how many per cent of all it was at most so many microseconds.
        public var curve: [Point] = []

        public struct Point: Sendable, Codable, Hashable {
            public var percent: Double
            public var microseconds: Double

            public init(percent: Double, microseconds: Double) {
                self.percent = percent
                self.microseconds = microseconds
            }
        }

        public init() {}
    }

    public var load: Load
    /// In the order of their arrival; beyond 1,000 clients, the first 1,000.
    public var clients: [Client]
    public var served: Int
    public var gaveUp: Int
    public var refused: Int
    /// Answers of all clients.
    public var answers: Int
    /// From the first arrival to the last goodbye.
    public var seconds: Double
    public var latencies: Latencies

    public init(load: Load) {
        self.load = load
        clients = []
        (served, gaveUp, refused, answers, seconds) = (0, 0, 0, 0, 0)
        latencies = Latencies()
    }
}
