#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads standard input to its end, or until there are as many bytes.
///
/// - Throws: ``InputError``.
func input(upTo limit: Int) throws(InputError) -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < limit {
        let count = read(STDIN_FILENO, &piece, min(piece.count, limit - bytes.count))
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else {
            throw InputError(description: "cannot read standard input: \(String(cString: strerror(errno)))")
        }
        if count == 0 { break }
        bytes += piece[..<count]
    }
    return bytes
}

/// Standard input could not be read.
struct InputError: Error, CustomStringConvertible {
    let description: String
}

/// Whether people are looking at a stream, rather than a program.
func isTerminal(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1
}

/// Writes results; whoever closed the pipe has enough, and ends the command quietly.
func output(_ bytes: some Collection<UInt8>) {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
        let written = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else {
            if errno == EPIPE { systemExit(0) }
            complain("mboard: cannot write to standard output: \(String(cString: strerror(errno)))")
            systemExit(70)
        }
        rest = rest.dropFirst(written)
    }
}

/// Writes a line of results.
func output(line: String) {
    output(Array(line.utf8) + [UInt8(ascii: "\n")])
}

/// Writes a line for people to standard error.
func complain(_ line: String) {
    tell(line + "\n")
}

/// Writes to standard error as it is.
func tell(_ text: String) {
    let bytes = Array(text.utf8)
    // Nobody is left to be told that standard error is closed.
    _ = write(STDERR_FILENO, bytes, bytes.count)
}

/// Ends the process at once.
func systemExit(_ code: Int32) -> Never {
    exit(code)
}

/// A text that cannot do anything to a terminal: control characters become visible signs.
func harmless(_ text: String, keepingLines: Bool = false) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        switch scalar.value {
        case 0x0A where keepingLines, 0x09 where keepingLines: result.append(scalar)
        case 0x00...0x1F: result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
        case 0x7F: result.append("\u{2421}")
        case 0x80...0x9F, 0x202A...0x202E, 0x2066...0x2069: result.append("\u{FFFD}")
        default: result.append(scalar)
        }
    }
    return String(result)
}
