/// One session as the server sees it: the blocks of a request that come in any order, then the answer to it.
struct ServerSession {
    enum State {
        case receiving(ReceivedBlocks)
        /// The request is whole, and its answer is awaited.
        case carryingOut(blocks: Int)
        case answered(taken: Bool, blocks: Int)
    }

    let place: SessionPlace
    /// Whether blocks carry their checksum, and answers name the block.
    let hasChecks: Bool
    var lastHeard: Duration
    var state = State.receiving(ReceivedBlocks())

    init(place: SessionPlace, hasChecks: Bool, now: Duration) {
        self.place = place
        self.hasChecks = hasChecks
        lastHeard = now
    }

    /// Bytes of memory that its blocks take.
    var heldBytes: Int {
        if case .receiving(let blocks) = state { blocks.memory } else { 0 }
    }

    /// Whether it may be forgotten: not while its request is being carried out.
    var mayEnd: Bool {
        if case .carryingOut = state { false } else { true }
    }
}

/// The blocks of one request, of which there may be holes.
struct ReceivedBlocks {
    /// Bytes of memory that a block takes beside its data.
    private static let overhead = 96

    /// How many there are in all; 0 before the first has come.
    private(set) var count = 0
    private(set) var held = 0
    /// Bytes of memory taken.
    private(set) var memory = 0
    private var bytes = 0
    private var blocks: [ArraySlice<UInt8>?] = []

    var isWhole: Bool { count > 0 && held == count }

    /// What became of a block.
    enum Outcome {
        /// It is among the blocks, of which there are so many.
        case kept(Int)
        /// It is not one of the blocks that were said before, or there is no room for it.
        case refused
        /// It was there with other data: one of the two has a damaged header, and both are thrown away.
        case contradictory
    }

    /// Takes a block.
    ///
    /// - Parameter room: bytes of memory that are left for all sessions.
    mutating func take(
        _ index: Int, of count: Int, _ data: ArraySlice<UInt8>, room: Int, _ limits: SessionLimits
    ) -> Outcome {
        guard count > 0, count <= limits.blocks, index < count, self.count == 0 || self.count == count else {
            return .refused
        }
        if index < blocks.count, let there = blocks[index] {
            if there == data { return .kept(held) }
            forget(index, there.count)
            return .contradictory
        }
        let newSlots = max(0, index + 1 - blocks.count)
        let needed = newSlots * MemoryLayout<ArraySlice<UInt8>?>.stride + data.count + Self.overhead
        guard bytes + data.count <= limits.requestBytes, needed <= room else { return .refused }
        self.count = count
        blocks.append(contentsOf: repeatElement(nil, count: newSlots))
        blocks[index] = data
        held += 1
        bytes += data.count
        memory += needed
        return .kept(held)
    }

    private mutating func forget(_ index: Int, _ size: Int) {
        blocks[index] = nil
        held -= 1
        bytes -= size
        memory -= size + Self.overhead
    }

    /// The request.
    func assembled() -> [UInt8] {
        if blocks.count == 1, let only = blocks[0] { return Array(only) }
        var whole: [UInt8] = []
        whole.reserveCapacity(bytes)
        for case let block? in blocks { whole += block }
        return whole
    }
}
