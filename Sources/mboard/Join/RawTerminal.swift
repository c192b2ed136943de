import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The terminal while single keys are read from it; however the process ends, except by SIGKILL, it gets its settings back.
enum RawTerminal {
    private static let isRaw = Atomic(false)
    /// Written before ``isRaw`` is set, and not while it is: a signal handler, which can take no lock, reads it after that
    /// only. So the compiler's check is not needed.
    nonisolated(unsafe) private static var before = termios()

    private static let bracketedPasteOn = "\u{1B}[?2004h"
    /// No bracketed paste, automatic margins; then a new row.
    private static let usual = Array("\u{1B}[?2004l\u{1B}[?7h\r\n".utf8)
    private static let newRow = 2

    /// Signals of a crash; those that ask for an end are waited for in the usual way.
    private static let crashes = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGQUIT]

    /// Reads keys from now on. A second time, puts the terminal into the same state again.
    ///
    /// - Throws: ``InputError`` when standard input is no terminal.
    static func enter() throws(InputError) {
        if !isRaw.load(ordering: .acquiring) {
            guard tcgetattr(STDIN_FILENO, &before) == 0 else {
                throw InputError(
                    description: "cannot read the terminal's settings: \(String(cString: strerror(errno)))")
            }
            isRaw.store(true, ordering: .releasing)
            atexit { RawTerminal.restore() }
            for number in crashes {
                signal(number) { number in
                    RawTerminal.restore()
                    signal(number, SIG_DFL)
                    raise(number)
                }
            }
        }
        var raw = before
        cfmakeraw(&raw)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &raw)
        output(bracketedPasteOn.utf8)
    }

    /// Gives the terminal its settings back, once. Calls nothing that a signal handler must not.
    ///
    /// - Parameter isLineGone: whether nothing stands in the cursor's row.
    static func restore(isLineGone: Bool = false) {
        guard isRaw.exchange(false, ordering: .acquiringAndReleasing) else { return }
        tcsetattr(STDIN_FILENO, TCSANOW, &before)
        usual.withUnsafeBytes { _ = write(STDOUT_FILENO, $0.baseAddress, $0.count - (isLineGone ? newRow : 0)) }
    }

    /// The size of the terminal that a stream goes to; 80 by 24 when it does not know.
    static func size(of stream: Int32 = STDOUT_FILENO) -> (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(stream, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}
