/// The containers that are open while a document is read, and the values in them so far: what a reader has instead of recursion,
/// so that a deep document costs 16 bytes a level and not a thread's stack.
struct ValueStack {
    enum Kind: UInt8 {
        /// `(` before it is known whether it is a tuple or brackets around one value.
        case parenthesis
        /// `{` before it is known whether it is a dict or a set.
        case brace
        /// A tuple that has no brackets: the document itself.
        case bare
        case tuple, list, set, dict
    }

    struct Frame {
        var kind: Kind
        /// Where its values begin in ``values``.
        let start: Int
        /// How many values it still lacks, where the document says so beforehand.
        var missing = 0
    }

    /// Values of all open containers, one after the other. A dict's keys and values take turns.
    private var values: [PyroValue] = []
    private var frames: [Frame] = []
    private var room: Int
    private let limits: PyroDataLimits

    init(_ limits: PyroDataLimits) {
        self.limits = limits
        room = limits.values
        values.reserveCapacity(16)
        frames.reserveCapacity(4)
    }

    /// The innermost container that is open.
    var kind: Kind? { frames.last?.kind }

    /// How many values the innermost container has.
    var count: Int { values.count - (frames.last?.start ?? 0) }

    mutating func open(_ kind: Kind, missing: Int = 0, at offset: Int) throws(PyroDataError) {
        guard frames.count < limits.depth else {
            throw PyroDataError(.limit, "more than \(limits.depth) containers in one another", offset: offset)
        }
        // What is left out of the brackets of a bare tuple is in it.
        frames.append(Frame(kind: kind, start: kind == .bare ? 0 : values.count, missing: missing))
        try charge(at: offset)
    }

    /// Says what the innermost container turned out to be.
    mutating func become(_ kind: Kind) { frames[frames.count - 1].kind = kind }

    @inline(__always)
    mutating func push(_ value: consuming PyroValue, at offset: Int) throws(PyroDataError) {
        try charge(at: offset)
        values.append(value)
    }

    /// Counts one value of the innermost container; whether it has them all now.
    mutating func tookOne() -> Bool {
        frames[frames.count - 1].missing -= 1
        return frames[frames.count - 1].missing == 0
    }

    @inline(__always)
    private mutating func charge(at offset: Int) throws(PyroDataError) {
        room -= 1
        guard room >= 0 else {
            throw PyroDataError(.limit, "more than \(limits.values) values", offset: offset)
        }
    }

    /// Takes the last value away.
    mutating func pop() -> PyroValue { values.removeLast() }

    /// Puts a value back in the place of the one that was taken away.
    mutating func restore(_ value: PyroValue) { values.append(value) }

    /// Closes the innermost container, which becomes one value of the one around it.
    mutating func close(at offset: Int) throws(PyroDataError) {
        let frame = frames.removeLast()
        switch frame.kind {
        case .parenthesis where values.count == frame.start + 1: break
        case .parenthesis, .tuple, .bare: values.append(.tuple(popItems(frame.start)))
        case .list: values.append(.list(popItems(frame.start)))
        case .set:
            for item in values[frame.start...] { try Self.needHashable(item, offset) }
            values.append(.set(popItems(frame.start)))
        case .dict, .brace: values.append(.dict(try popEntries(frame.start, offset)))
        }
    }

    private mutating func popItems(_ start: Int) -> [PyroValue] {
        guard start < values.count else { return [] }
        let items = Array(values[start...])
        values.removeLast(values.count - start)
        return items
    }

    private mutating func popEntries(_ start: Int, _ offset: Int) throws(PyroDataError) -> [PyroEntry] {
        guard start < values.count else { return [] }
        var entries: [PyroEntry] = []
        entries.reserveCapacity((values.count - start) / 2)
        var place = start
        while place < values.count {
            let key = values[place]
            if case .string = key {} else { try Self.needHashable(key, offset) }
            entries.append(PyroEntry(key: key, value: values[place + 1]))
            place += 2
        }
        values.removeLast(values.count - start)
        return entries
    }

    private static func needHashable(_ key: PyroValue, _ offset: Int) throws(PyroDataError) {
        guard key.isHashableInPython else {
            throw PyroDataError(.malformed, "a \(key.typeName) as a key or a member of a set", offset: offset)
        }
    }
}
