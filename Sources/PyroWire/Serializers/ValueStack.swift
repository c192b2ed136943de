/// The containers that are open while a document is read, and the values in them so far: what a reader has instead of recursion,
/// so that a deep document costs 16 bytes a level and not a thread's stack.
struct ValueStack: ~Copyable {
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

    /// Values of all open containers, one after the other. A dict's keys and values take turns. Memory of its own, out of which
    /// a container's values are moved into an array: what an array would count references for, twice a value.
    private var values: UnsafeMutablePointer<PyroValue>
    private var valueCount = 0
    private var capacity = 16
    private var frames: [Frame] = []
    private var room: Int
    private let limits: PyroDataLimits

    init(_ limits: PyroDataLimits) {
        self.limits = limits
        room = limits.values
        values = .allocate(capacity: capacity)
        frames.reserveCapacity(4)
    }

    deinit {
        values.deinitialize(count: valueCount)
        values.deallocate()
    }

    private mutating func append(_ value: consuming PyroValue) {
        if valueCount == capacity {
            let larger = UnsafeMutablePointer<PyroValue>.allocate(capacity: 2 * capacity)
            larger.moveInitialize(from: values, count: valueCount)
            values.deallocate()
            values = larger
            capacity *= 2
        }
        (values + valueCount).initialize(to: value)
        valueCount += 1
    }

    /// The innermost container that is open.
    var kind: Kind? { frames.last?.kind }

    /// How many values the innermost container has.
    var count: Int { valueCount - (frames.last?.start ?? 0) }

    mutating func open(_ kind: Kind, missing: Int = 0, at offset: Int) throws(PyroDataError) {
        guard frames.count < limits.depth else {
            throw PyroDataError(.limit, "more than \(limits.depth) containers in one another", offset: offset)
        }
        // What is left out of the brackets of a bare tuple is in it.
        frames.append(Frame(kind: kind, start: kind == .bare ? 0 : valueCount, missing: missing))
        try charge(at: offset)
    }

    /// Says what the innermost container turned out to be.
    mutating func become(_ kind: Kind) { frames[frames.count - 1].kind = kind }

    @inline(__always)
    mutating func push(_ value: consuming PyroValue, at offset: Int) throws(PyroDataError) {
        try charge(at: offset)
        append(value)
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
    mutating func pop() -> PyroValue {
        valueCount -= 1
        return (values + valueCount).move()
    }

    /// Puts a value back in the place of the one that was taken away.
    mutating func restore(_ value: consuming PyroValue) { append(value) }

    /// The keys of the innermost container, if it is a dict, and their values.
    subscript(place: Int) -> PyroValue { values[frames[frames.count - 1].start + place] }

    /// Closes the innermost container, which becomes one value of the one around it.
    mutating func close(at offset: Int) throws(PyroDataError) {
        let frame = frames.removeLast()
        switch frame.kind {
        case .parenthesis where valueCount == frame.start + 1: break
        case .parenthesis, .tuple, .bare: append(.tuple(popItems(frame.start)))
        case .list: append(.list(popItems(frame.start)))
        case .set:
            for place in frame.start..<valueCount { try Self.needHashable(values[place], offset) }
            append(.set(popItems(frame.start)))
        case .dict, .brace: append(.dict(try popEntries(frame.start, offset)))
        }
    }

    private mutating func popItems(_ start: Int) -> [PyroValue] {
        let count = valueCount - start
        guard count > 0 else { return [] }
        valueCount = start
        return [PyroValue](unsafeUninitializedCapacity: count) { items, initialized in
            items.baseAddress!.moveInitialize(from: values + start, count: count)
            initialized = count
        }
    }

    private mutating func popEntries(_ start: Int, _ offset: Int) throws(PyroDataError) -> [PyroEntry] {
        let count = (valueCount - start) / 2
        guard count > 0 else { return [] }
        for place in 0..<count {
            let key = values + start + 2 * place
            if case .string = key.pointee {} else { try Self.needHashable(key.pointee, offset) }
        }
        valueCount = start
        return [PyroEntry](unsafeUninitializedCapacity: count) { entries, initialized in
            for place in 0..<count {
                let key = values + start + 2 * place
                (entries.baseAddress! + place).initialize(to: PyroEntry(key: key.move(), value: (key + 1).move()))
            }
            initialized = count
        }
    }

    private static func needHashable(_ key: PyroValue, _ offset: Int) throws(PyroDataError) {
        guard key.isHashableInPython else {
            throw PyroDataError(.malformed, "a \(key.typeName) as a key or a member of a set", offset: offset)
        }
    }
}
