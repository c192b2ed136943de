import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The data directory: its files, and the lock that keeps a second server out.
///
/// | file | what |
/// |---|---|
/// | `board.sqlite`, `-wal`, `-shm` | the messages |
/// | `lock` | held with flock(2) while a server runs; holds its process id |
/// | `server-id` | a random name of this board, made once |
/// | `acknowledged` | see ``AcknowledgedMark`` |
struct StoreDirectory: ~Copyable {
    let path: String
    private let lock: CInt

    var database: String { path + "/board.sqlite" }
    var log: String { database + "-wal" }
    var acknowledged: String { path + "/acknowledged" }
    private var serverIDFile: String { path + "/server-id" }

    /// Bytes of write-ahead log that are written once and then overwritten in place: a sync of a file that does not
    /// grow is several times as fast.
    static let logBytes = 16 << 20

    /// Creates the directory when there is none, and locks it.
    init(path: String) throws(StoreError) {
        do {
            // Others on this host have no business with the messages.
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .inaccessible(path: path, reason: "\(error.localizedDescription)")
        }
        let lockPath = path + "/lock"
        let lock = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard lock >= 0 else { throw .inaccessible(path: lockPath, reason: systemReason()) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            let failure = errno
            let holder = (try? String(contentsOfFile: lockPath, encoding: .utf8)) ?? ""
            close(lock)
            guard failure == EWOULDBLOCK else {
                throw .inaccessible(path: lockPath, reason: String(cString: strerror(failure)))
            }
            throw .locked(path: path, holder: holder.isEmpty ? "its process is not known" : "process \(holder)")
        }
        self.path = path
        self.lock = lock
        let holder = Array("\(getpid())".utf8)
        // The number is only told to people: a failure to write it does no harm.
        _ = ftruncate(lock, 0)
        _ = pwrite(lock, holder, holder.count, 0)
    }

    deinit { close(lock) }

    /// Lets another server have the directory.
    func unlock() {
        flock(lock, LOCK_UN)
    }

    /// Refuses, before SQLite touches it, a directory whose database has gone, which would be begun anew; one whose
    /// database does not begin like one, which SQLite would not notice while the log still has a copy of that page; and
    /// one of a newer schema.
    func checkDatabase() throws(StoreError) {
        let file = open(database, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            guard errno == ENOENT else { throw .inaccessible(path: database, reason: systemReason()) }
            guard isNew else { throw .damaged(path: database, reason: "it is missing") }
            return
        }
        defer { close(file) }
        var header = [UInt8](repeating: 0, count: 100)
        guard read(file, &header, header.count) == header.count else {
            guard isNew else { throw .damaged(path: database, reason: "it is empty, or cut off in its first bytes") }
            return
        }
        guard header.starts(with: Self.magic) else {
            throw .damaged(path: database, reason: "its first bytes are not those of a database")
        }
        let version = header[60..<64].reduce(0) { $0 << 8 | Int($1) }
        guard version <= Schema.version else {
            throw .newerSchema(path: database, found: version, known: Schema.version)
        }
    }

    /// Whether no start has come to its end here yet.
    private var isNew: Bool { !FileManager.default.fileExists(atPath: serverIDFile) }

    /// How every SQLite database begins; the schema's number stands at byte 60 (https://sqlite.org/fileformat.html,
    /// section 1.3).
    private static let magic = Array("SQLite format 3\0".utf8)

    /// Syncs the log, and writes zeros behind its end up to ``logBytes``; SQLite, which has opened it already, reads only
    /// whole frames of its own. A disk with little room only makes the first commits slower, so that is no failure.
    ///
    /// The sync is needed after a kill: what SQLite has recovered from the log may be in the kernel's memory only, and
    /// from now on it is read, and repeats are acknowledged from it.
    func prepareLog() throws(StoreError) {
        try extendLog()
        try LogSync(path: log).sync()
    }

    private func extendLog() throws(StoreError) {
        let file = open(log, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .inaccessible(path: log, reason: systemReason()) }
        defer { close(file) }
        var space = statvfs()
        var status = stat()
        guard fstatvfs(file, &space) == 0, UInt64(space.f_bavail) * UInt64(space.f_frsize) > 8 * UInt64(Self.logBytes),
            fstat(file, &status) == 0
        else { return }
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        var position = Int(status.st_size)
        while position < Self.logBytes {
            let written = pwrite(file, zeros, min(zeros.count, Self.logBytes - position), off_t(position))
            guard written > 0 else { break }
            position += written
        }
    }

    /// This board's id, made at the first call: 16 hexadecimal digits. The directory and the file are synced.
    func serverID() throws(StoreError) -> String {
        if let id = try? String(contentsOfFile: serverIDFile, encoding: .utf8), !id.isEmpty { return id }
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        let id = String(repeating: "0", count: 16 - digits.utf8.count) + digits
        do {
            try Data(id.utf8).write(to: URL(filePath: serverIDFile), options: .atomic)
        } catch {
            throw .inaccessible(path: serverIDFile, reason: "\(error.localizedDescription)")
        }
        let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(directory) }
        guard directory >= 0, fsync(directory) == 0 else { throw .syncFailed(path: path, reason: systemReason()) }
        return id
    }
}

/// The words for the system's last error.
func systemReason() -> String {
    String(cString: strerror(errno))
}
