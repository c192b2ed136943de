import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Standard input as it comes, read only when it is asked for; a read that waits can be cancelled.
///
/// The descriptor stays blocking: a terminal's is shared with the shell, which would be surprised.
struct StandardInput: ~Copyable {
    /// Ends a wait: poll returns when the other end of this pipe is written to.
    private let wake: (reader: Int32, writer: Int32)

    /// - Throws: ``InputError``.
    init() throws(InputError) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw InputError(description: "cannot open a pipe: \(String(cString: strerror(errno)))")
        }
        wake = (ends[0], ends[1])
    }

    deinit {
        close(wake.reader)
        close(wake.writer)
    }

    /// The next bytes; `nil` at the end, and when the task was cancelled.
    func next() async throws -> [UInt8]? {
        let wake = wake
        return try await withTaskCancellationHandler {
            try await NIOThreadPool.singleton.runIfActive { try Self.next(wake.reader) }
        } onCancel: {
            _ = write(wake.writer, [0], 1)
        }
    }

    private static func next(_ wake: Int32) throws(InputError) -> [UInt8]? {
        var waits = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&waits, 2, -1) < 0 && errno == EINTR {}
        if waits[1].revents != 0 { return nil }
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        var count = read(STDIN_FILENO, &piece, piece.count)
        while count < 0 && errno == EINTR { count = read(STDIN_FILENO, &piece, piece.count) }
        // A terminal that has gone is an end, too.
        if count == 0 || (count < 0 && errno == EIO) { return nil }
        guard count > 0 else {
            throw InputError(description: "cannot read standard input: \(String(cString: strerror(errno)))")
        }
        return Array(piece[..<count])
    }
}
