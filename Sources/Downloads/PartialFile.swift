import Foundation
import NIOCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file that is not whole yet: `NAME.part` beside the place where it will be, and in `NAME.part.json` what it is a part of.
///
/// `NAME` appears when all bytes are synced, and not before. Whatever ends the process, the two files say together what is there
/// and whether it can be gone on with. One process has a partial file at a time. All functions block on the disk.
final class PartialFile: Sendable {
    private struct State {
        var held: Int
        var record: PartRecord?
        var resumedFrom: Int
        var digest: SHA256?
        /// Whether the two names still mean this download: not once it is whole, or removed.
        var hasNames = true
    }

    private let target: String
    private let descriptor: Int32
    private let replaces: Bool
    private let state: Mutex<State>

    private var part: String { Self.part(of: target) }
    private var recordFile: String { Self.record(of: target) }

    static func part(of target: String) -> String { target + ".part" }
    static func record(of target: String) -> String { target + ".part.json" }

    /// Opens what is there, or begins.
    ///
    /// - Parameters:
    ///   - replaces: whether there may be a whole file already.
    ///   - digests: whether to have the digest at the end; then what is there is read once.
    /// - Throws: ``DownloadError/exists(path:)``, ``DownloadError/inaccessible(path:reason:)``.
    init(target: String, replaces: Bool, digests: Bool) throws(DownloadError) {
        guard replaces || !Self.isThere(target) else { throw .exists(path: target) }
        let part = Self.part(of: target)
        // Neither a link that leads elsewhere nor a pipe that never answers.
        let descriptor = open(part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
        guard descriptor >= 0 else { throw .inaccessible(path: part, reason: Self.reason()) }
        do throws(DownloadError) {
            let held = try Self.lock(descriptor, part)
            let record = Self.readRecord(Self.record(of: target))
            // What was written here always has its record, which is there first.
            guard held == 0 || record != nil else {
                throw .inaccessible(
                    path: part, reason: "it was not made here (no \(Self.record(of: target)) beside it); move it away")
            }
            var digest = digests ? SHA256() : nil
            try Self.read(descriptor, upTo: digests ? held : 0, part) { digest?.update($0) }
            state = Mutex(State(held: held, record: record, resumedFrom: held, digest: digest))
        } catch {
            close(descriptor)
            throw error
        }
        self.target = target
        self.replaces = replaces
        self.descriptor = descriptor
    }

    /// Keeps what is there for the next time; of nothing, no file.
    deinit {
        let isNothing = state.withLock { $0.held == 0 && $0.hasNames }
        // Nobody else has it: the lock is held until it is closed.
        if isNothing {
            unlink(part)
            unlink(recordFile)
        }
        close(descriptor)
    }

    /// The bytes that are there.
    var held: Int { state.withLock { $0.held } }
    /// What they are a part of.
    var record: PartRecord? { state.withLock { $0.record } }
    /// The bytes that were there at the beginning and still are.
    var resumedFrom: Int { state.withLock { $0.resumedFrom } }

    /// From now on this is a part of another version of the file, and empty.
    ///
    /// - Throws: ``DownloadError/disk(path:reason:)``.
    func restart(_ record: PartRecord) throws(DownloadError) {
        try state.withLock { state throws(DownloadError) in
            let wasUsed = state.held > 0
            try empty(&state)
            try write(record)
            // Synced: the record of the old bytes must not come back behind the new ones after a power cut.
            if wasUsed { try Self.syncDirectory(of: target) }
            state.record = record
        }
    }

    /// More of the same version comes.
    ///
    /// - Throws: ``DownloadError/disk(path:reason:)``.
    func goOn(_ record: PartRecord) throws(DownloadError) {
        try state.withLock { state throws(DownloadError) in
            guard record != state.record else { return }
            try write(record)
            state.record = record
        }
    }

    /// Puts bytes behind those that are there.
    ///
    /// - Returns: how many are there now.
    /// - Throws: ``DownloadError/disk(path:reason:)``.
    func append(_ bytes: ByteBuffer) throws(DownloadError) -> Int {
        let failure: DownloadError? = bytes.withUnsafeReadableBytes { bytes in
            state.withLock { state in
                var done = 0
                while done < bytes.count {
                    let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
                    let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(state.held))
                    if count < 0 && errno == EINTR { continue }
                    guard count > 0 else { return .disk(path: part, reason: Self.reason()) }
                    state.digest?.update(UnsafeRawBufferPointer(rebasing: rest[..<count]))
                    state.held += count
                    done += count
                }
                return nil
            }
        }
        if let failure { throw failure }
        return held
    }

    /// What is there is of no use any more.
    ///
    /// - Throws: ``DownloadError/disk(path:reason:)``.
    func empty() throws(DownloadError) {
        try state.withLock { state throws(DownloadError) in try empty(&state) }
    }

    /// Makes the partial file the whole one, on disk when this returns. A file with another digest than it has to have is
    /// removed instead.
    ///
    /// - Returns: the digest, when it was wanted.
    /// - Throws: ``DownloadError/checksum(expected:found:)``, ``DownloadError/exists(path:)``, ``DownloadError/disk(path:reason:)``.
    func finish(sha256 expected: [UInt8]?) throws(DownloadError) -> [UInt8]? {
        let digest = state.withLock { $0.digest?.digest() }
        if let expected, let digest, expected != digest {
            state.withLock { $0.hasNames = false }
            unlink(part)
            unlink(recordFile)
            throw .checksum(expected: hexadecimal(expected), found: hexadecimal(digest))
        }
        guard fsync(descriptor) == 0 else { throw .disk(path: part, reason: Self.reason()) }
        guard replaces || !Self.isThere(target) else { throw .exists(path: target) }
        guard rename(part, target) == 0 else { throw .disk(path: target, reason: Self.reason()) }
        state.withLock { $0.hasNames = false }
        try Self.syncDirectory(of: target)
        unlink(recordFile)
        return digest
    }
}

// MARK: Files

extension PartialFile {
    private func empty(_ state: inout State) throws(DownloadError) {
        guard state.held > 0 else { return }
        // Synced: the record that comes next must not meet the old bytes after a power cut.
        guard ftruncate(descriptor, 0) == 0, fsync(descriptor) == 0 else {
            throw .disk(path: part, reason: Self.reason())
        }
        state.held = 0
        state.resumedFrom = 0
        state.record = nil
        if state.digest != nil { state.digest = SHA256() }
    }

    /// Writes the record whole, by renaming.
    private func write(_ record: PartRecord) throws(DownloadError) {
        let new = recordFile + ".new"
        do {
            try JSONEncoder().encode(record).write(to: URL(filePath: new))
        } catch {
            throw .disk(path: new, reason: error.localizedDescription)
        }
        guard rename(new, recordFile) == 0 else { throw .disk(path: recordFile, reason: Self.reason()) }
    }

    /// The record beside a partial file; `nil` when there is none that can be read.
    private static func readRecord(_ path: String) -> PartRecord? {
        guard let file = FileHandle(forReadingAtPath: path),
            let bytes = try? file.read(upToCount: DownloadLimits.recordBytes)
        else { return nil }
        return try? JSONDecoder().decode(PartRecord.self, from: bytes)
    }

    /// Takes the file for this process alone.
    ///
    /// - Returns: its bytes.
    private static func lock(_ descriptor: Int32, _ path: String) throws(DownloadError) -> Int {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw .inaccessible(
                path: path, reason: errno == EWOULDBLOCK ? "another download is writing it" : Self.reason())
        }
        var opened = stat()
        var named = stat()
        guard fstat(descriptor, &opened) == 0, opened.st_mode & S_IFMT == S_IFREG else {
            throw .inaccessible(path: path, reason: "it is no ordinary file")
        }
        // Between opening and locking another download may have finished it under its own name.
        guard lstat(path, &named) == 0, named.st_ino == opened.st_ino else {
            throw .inaccessible(path: path, reason: "another download is writing it")
        }
        return Int(opened.st_size)
    }

    private static func read(
        _ descriptor: Int32, upTo end: Int, _ path: String, _ take: (UnsafeRawBufferPointer) -> Void
    ) throws(DownloadError) {
        var piece = [UInt8](repeating: 0, count: 1 << 18)
        var place = 0
        while place < end {
            let count = pread(descriptor, &piece, min(piece.count, end - place), off_t(place))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .inaccessible(path: path, reason: reason()) }
            piece.withUnsafeBytes { take(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            place += count
        }
    }

    /// A new name is on disk when its directory is.
    private static func syncDirectory(of path: String) throws(DownloadError) {
        let directory = URL(filePath: path).deletingLastPathComponent().path
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .disk(path: directory, reason: reason()) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .disk(path: directory, reason: reason()) }
    }

    private static func isThere(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    private static func reason() -> String {
        String(cString: strerror(errno))
    }
}
