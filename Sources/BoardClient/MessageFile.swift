#if canImport(Glibc)
    import Glibc
    private let readStream = Glibc.read
    private let writeStream = Glibc.write
#else
    import Darwin
    private let readStream = Darwin.read
    private let writeStream = Darwin.write
#endif

/// A message's body in a file, read piece by piece where it is needed: it may be longer than memory.
public final class MessageFile: Sendable {
    /// Bytes in it.
    public let count: Int
    private let descriptor: CInt

    /// Opens a file.
    ///
    /// - Throws: ``MessageFileError``; also for what is no plain file, which has no length.
    public init(path: String) throws(MessageFileError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw MessageFileError("cannot open \(path)") }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw MessageFileError("\(path) is not a file", errno: nil)
        }
        count = Int(facts.st_size)
    }

    /// Copies a stream that can be read once into a file without a name, which the system takes back whatever happens.
    ///
    /// - Parameters:
    ///   - beginning: what was read of it already.
    ///   - limit: reading ends when there are more bytes.
    /// - Throws: ``MessageFileError``.
    public init(_ beginning: [UInt8], spooling stream: CInt, upTo limit: Int) throws(MessageFileError) {
        var path = Array("\(Self.temporaryDirectory)/mboard-message-XXXXXX".utf8CString)
        descriptor = mkstemp(&path)
        guard descriptor >= 0 else {
            throw MessageFileError("cannot make a temporary file in \(Self.temporaryDirectory) (TMPDIR)")
        }
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)  // cannot fail on an open descriptor
        do {
            try Self.write(beginning[...], to: descriptor)
            count = beginning.count + (try Self.copy(stream, to: descriptor, upTo: limit - beginning.count))
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// Fills a buffer with the bytes from an offset on.
    ///
    /// - Throws: ``MessageFileError``, also when the file has become shorter.
    func read(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(MessageFileError) {
        var done = 0
        while done < buffer.count {
            let got = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw MessageFileError("cannot read the message's file") }
            guard got > 0 else {
                throw MessageFileError("the message's file became shorter while it was being sent", errno: nil)
            }
            done += got
        }
    }

    /// All of it.
    ///
    /// - Throws: ``MessageFileError``.
    func bytes() throws(MessageFileError) -> [UInt8] {
        var failure: MessageFileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(MessageFileError) {
                try read(from: 0, into: UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count))
                filled = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Where files go that may be large: `/tmp` is memory on many systems.
    private static let temporaryDirectory = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"

    private static func copy(_ stream: CInt, to file: CInt, upTo limit: Int) throws(MessageFileError) -> Int {
        var piece = [UInt8](repeating: 0, count: 1 << 18)
        var count = 0
        while count <= limit {
            let got = readStream(stream, &piece, piece.count)
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw MessageFileError("cannot read standard input") }
            if got == 0 { break }
            try write(piece[..<got], to: file)
            count += got
        }
        return count
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to file: CInt) throws(MessageFileError) {
        var rest = bytes
        while !rest.isEmpty {
            let step = rest.withUnsafeBytes { writeStream(file, $0.baseAddress, $0.count) }
            if step < 0 && errno == EINTR { continue }
            guard step > 0 else { throw MessageFileError("cannot write to a file in \(temporaryDirectory) (TMPDIR)") }
            rest = rest.dropFirst(step)
        }
    }
}

/// A message's file could not be read, or standard input not be kept in one.
public struct MessageFileError: Error, Sendable, CustomStringConvertible {
    /// In words for a person.
    public let description: String

    init(_ what: String, errno code: CInt? = errno) {
        description = code.map { "\(what): \(String(cString: strerror($0)))" } ?? what
    }
}
