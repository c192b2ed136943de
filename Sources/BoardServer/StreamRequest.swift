/// A request that arrives in pieces: bounded while it grows, and counted in the budget of all of them.
struct StreamRequest: ~Copyable {
    enum Refusal: Error {
        /// It is over the limit of one request.
        case tooBig
        /// All unfinished requests together are over theirs.
        case noRoom
    }

    private(set) var bytes: [UInt8] = []
    private var counted = 0
    private let budget: ByteBudget
    private let limits: ServerLimits

    init(budget: ByteBudget, limits: ServerLimits) {
        self.budget = budget
        self.limits = limits
    }

    deinit { budget.giveBack(counted) }

    mutating func append(_ piece: some Collection<UInt8>) throws(Refusal) {
        let size = bytes.count + piece.count
        guard size <= limits.requestBytes else { throw .tooBig }
        if size > limits.freeRequestBytes {
            guard budget.take(size - counted) else { throw .noRoom }
            counted = size
        }
        bytes.append(contentsOf: piece)
    }

    /// Hands the bytes over, and lets go of them.
    mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }
}
