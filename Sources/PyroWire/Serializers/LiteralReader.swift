/// Reads serpent: one Python literal, as `ast.literal_eval` takes it.
///
/// ```
/// # serpent utf-8 python3.2\n       a comment; it may be missing
/// ('board','publish',('hi',),{'tag':3})
/// ```
///
/// What Python's reader takes and serpent's writer never makes is read too: both quotes, prefixes, triple quotes, texts side by
/// side, every base, `set()`, trailing commas, line ends, comments. `\N{…}`, `...` and brackets behind a sign are refused.
struct LiteralReader: ~Copyable {
    let bytes: UnsafeRawBufferPointer
    var place = 0
    var stack: ValueStack

    /// What the grammar has next.
    private enum Due { case value, valueOrEnd, separator }

    init(_ bytes: UnsafeRawBufferPointer, _ limits: PyroDataLimits) {
        self.bytes = bytes
        stack = ValueStack(limits)
    }

    mutating func document() throws(PyroDataError) -> PyroValue {
        var due = Due.value
        while try skipBlanks() {
            let byte = bytes[place]
            if due == .separator {
                switch byte {
                case 0x2C:  // ,
                    try comma()
                    due = .valueOrEnd
                case 0x3A:  // :
                    try colon()
                    due = .value
                case 0x29, 0x5D, 0x7D: try close(byte)
                default: throw unexpected()
                }
                if byte == 0x2C || byte == 0x3A { place += 1 }
                continue
            }
            switch byte {
            case 0x28: try open(.parenthesis)
            case 0x5B: try open(.list)
            case 0x7B: try open(.brace)
            case 0x29, 0x5D, 0x7D:
                guard due == .valueOrEnd else { throw unexpected() }
                try close(byte)
                due = .separator
                continue
            default:
                let start = place
                try stack.push(try scalar(byte), at: start)
                due = .separator
                continue
            }
            due = .valueOrEnd
        }
        if stack.kind == .bare, due != .value { try stack.close(at: place) }
        guard stack.kind == nil, due != .value, stack.count == 1 else { throw unexpected() }
        return stack.pop()
    }

    // MARK: Brackets

    private mutating func open(_ kind: ValueStack.Kind) throws(PyroDataError) {
        try stack.open(kind, at: place)
        place += 1
    }

    private mutating func close(_ byte: UInt8) throws(PyroDataError) {
        switch (byte, stack.kind) {
        case (0x29, .parenthesis), (0x29, .tuple), (0x5D, .list), (0x7D, .set), (0x7D, .dict): break
        // `{1}` is a set, `{}` a dict.
        case (0x7D, .brace): if stack.count > 0 { stack.become(.set) }
        default: throw unexpected()
        }
        // A key without its value.
        if stack.kind == .dict, !stack.count.isMultiple(of: 2) { throw unexpected() }
        let mayBeNumber = stack.kind == .dict && (4...6).contains(stack.count) && stack[0] == .string("__class__")
        try stack.close(at: place)
        if mayBeNumber { restoreNumber() }
        place += 1
    }

    private mutating func comma() throws(PyroDataError) {
        switch stack.kind {
        case nil: try stack.open(.bare, at: place)
        case .parenthesis: stack.become(.tuple)
        case .brace: stack.become(.set)
        case .dict: guard stack.count.isMultiple(of: 2) else { throw unexpected() }
        default: break
        }
    }

    private mutating func colon() throws(PyroDataError) {
        switch stack.kind {
        case .brace: stack.become(.dict)
        case .dict: guard !stack.count.isMultiple(of: 2) else { throw unexpected() }
        default: throw unexpected()
        }
    }

    /// What has no literal comes as a dict: `{'__class__':'float','value':'nan'}`.
    private mutating func restoreNumber() {
        let value = stack.pop()
        var number = value
        switch value["__class__"] {
        case .string("float")? where value["value"] == .string("nan"): number = .float(.nan)
        case .string("complex")?:
            if case .float(let real)? = value["real"], case .float(let imaginary)? = value["imag"] {
                number = .complex(real, imaginary)
            }
        default: break
        }
        stack.restore(number)
    }

    // MARK: Between the values

    /// Whether something comes after the blanks, line ends and comments here.
    @inline(__always)
    mutating func skipBlanks() throws(PyroDataError) -> Bool {
        while place < bytes.count {
            switch bytes[place] {
            case 0x20, 0x09, 0x0A, 0x0C, 0x0D: place += 1
            case 0x23: try skipComment()
            // A backslash at a line's end: the line goes on.
            case 0x5C:
                guard place + 1 < bytes.count, bytes[place + 1] == 0x0A || bytes[place + 1] == 0x0D else {
                    throw unexpected()
                }
                place += 2
            default: return true
            }
        }
        return false
    }

    private mutating func skipComment() throws(PyroDataError) {
        while place < bytes.count, bytes[place] != 0x0A, bytes[place] != 0x0D {
            guard bytes[place] != 0 else { throw unexpected() }
            place += 1
        }
    }

    /// The failure at this place.
    func unexpected() -> PyroDataError {
        guard place < bytes.count else {
            return PyroDataError(.malformed, "the literal ends too early", offset: place)
        }
        return PyroDataError(.malformed, "unexpected \(ByteScan.shown(bytes[place]))", offset: place)
    }

    // MARK: Words

    private mutating func scalar(_ byte: UInt8) throws(PyroDataError) -> PyroValue {
        switch byte {
        case 0x22, 0x27: return try text()
        case 0x30...0x39, 0x2B, 0x2D, 0x2E: return try number()
        case 0x4E where takes("None"): return .none
        case 0x54 where takes("True"): return .bool(true)
        case 0x46 where takes("False"): return .bool(false)
        case 0x73 where takes("set"): return try emptySet()
        default:
            if isAtText { return try text() }
            throw unexpected()
        }
    }

    /// Steps over a word if it stands here.
    private mutating func takes(_ word: StaticString) -> Bool {
        let end = place + word.utf8CodeUnitCount
        guard end <= bytes.count else { return false }
        for offset in 0..<word.utf8CodeUnitCount where bytes[place + offset] != word.utf8Start[offset] { return false }
        place = end
        return true
    }

    private mutating func emptySet() throws(PyroDataError) -> PyroValue {
        for bracket: UInt8 in [0x28, 0x29] {
            guard try skipBlanks(), bytes[place] == bracket else { throw unexpected() }
            place += 1
        }
        return .set([])
    }
}
