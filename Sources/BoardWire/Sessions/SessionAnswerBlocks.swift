/// The blocks of an answer as they arrive, in any order, and handed over in the right one.
///
/// A block's check does not cover its header. So the number of blocks is believed when two datagrams agree on it; the
/// answer's only block is believed when it is clearly shorter than a full one.
struct SessionAnswerBlocks {
    /// Datagrams that have to agree on how many blocks there are.
    private static let votesNeeded = 2
    /// Bytes below which a block is the only one because nothing is left, not because its header is damaged.
    private static let clearlyShort = 1_000
    /// Numbers of blocks that are remembered as claimed.
    private static let claims = 8

    /// How many blocks there are, as most datagrams say; 0 before the first.
    private(set) var count = 0
    /// Bytes handed over.
    private(set) var handedOver = 0
    private var votes: [Int: Int] = [:]
    private var waiting: [Int: [UInt8]] = [:]
    /// Of the blocks that have come, by their place; 0 for others.
    private var checks: [UInt32] = []
    private var nextIndex = 0
    private var blockLength = 0
    private var isShort = false

    /// Blocks before this one may be asked for: what waits is bounded.
    var limit: Int {
        nextIndex + max(2, SessionExchange.bytesInFlight / max(blockLength, 1_024))
    }

    /// Bytes in all, as far as is known.
    var expectedBytes: Int { count * blockLength }

    var isWhole: Bool {
        count > 0 && nextIndex == count && (isShort || votes[count, default: 0] >= Self.votesNeeded)
    }

    /// Notes how many blocks there are according to this one; `false` when it cannot be one of them.
    mutating func vote(for block: SessionBlock) -> Bool {
        guard block.count > 0, block.index < block.count else { return false }
        guard votes[block.count] != nil || votes.count < Self.claims else { return false }
        votes[block.count, default: 0] += 1
        if votes[block.count, default: 0] > votes[count, default: 0] { count = block.count }
        return block.count == count
    }

    /// Keeps the data of a block that was not there yet.
    mutating func keep(_ block: SessionBlock, _ data: Span<UInt8>, check: UInt32?) {
        guard block.index >= nextIndex, waiting[block.index] == nil else { return }
        if checks.count <= block.index {
            checks.append(contentsOf: repeatElement(0, count: block.index + 1 - checks.count))
        }
        checks[block.index] = check ?? 0
        if block.index == 0 {
            (blockLength, isShort) = (data.count, block.count == 1 && data.count < Self.clearlyShort)
        }
        waiting[block.index] = data.withUnsafeBufferPointer { Array($0) }
    }

    /// Whether a block came before with another check.
    func contradicts(_ index: Int, _ check: UInt32) -> Bool {
        index < checks.count && (index < nextIndex || waiting[index] != nil) && checks[index] != check
    }

    /// Forgets a block; `false` when it has been handed over.
    mutating func drop(_ index: Int) -> Bool {
        waiting.removeValue(forKey: index) != nil
    }

    /// The next bytes of the answer, if they have arrived.
    mutating func popNext() -> [UInt8]? {
        guard let data = waiting.removeValue(forKey: nextIndex) else { return nil }
        nextIndex += 1
        handedOver += data.count
        return data
    }
}
