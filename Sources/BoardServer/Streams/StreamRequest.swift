import BoardWire

/// A request that arrives in pieces: bounded while it grows, and counted in the budget of all of them.
struct StreamRequest: ~Copyable {
    /// Why a request is not taken.
    enum Refusal {
        /// It is over the limit of one request.
        case tooBig
        /// All unfinished requests together are over theirs.
        case noRoom

        /// What the client is told whose request is still coming.
        var answer: [UInt8] {
            switch self {
            case .tooBig: BoardAnswer.outcome(.tooBig)
            case .noRoom: BoardAnswer.outcome(.serverFailed, reason: "too many big requests at a time; try again")
            }
        }
    }

    private(set) var bytes: [UInt8] = []
    private var counted = 0
    private let budget: Budget
    private let limits: ServerLimits

    init(budget: Budget, limits: ServerLimits) {
        self.budget = budget
        self.limits = limits
    }

    deinit { budget.giveBack(counted) }

    /// Takes the next piece, or says why it cannot.
    mutating func append(_ piece: some Collection<UInt8>) -> Refusal? {
        let size = bytes.count + piece.count
        guard size <= limits.requestBytes else { return .tooBig }
        if size > limits.freeRequestBytes {
            guard budget.take(size - counted) else { return .noRoom }
            counted = size
        }
        bytes.append(contentsOf: piece)
        return nil
    }

    /// Hands the bytes over, and lets go of them.
    mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// Forgets the bytes, and gives back what they counted.
    mutating func drop() {
        bytes = []
        budget.giveBack(counted)
        counted = 0
    }
}
