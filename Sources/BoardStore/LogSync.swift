#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Syncs SQLite's log from outside. Its own descriptor does no harm: SQLite holds no POSIX locks on this file, which
/// closing another descriptor would drop.
struct LogSync: ~Copyable {
    private let file: CInt
    private let path: String

    init(path: String) throws(StoreError) {
        let file = open(path, O_RDWR | O_CLOEXEC)
        guard file >= 0 else { throw .inaccessible(path: path, reason: systemReason()) }
        self.file = file
        self.path = path
    }

    deinit { close(file) }

    func sync() throws(StoreError) {
        guard fdatasync(file) == 0 else { throw .syncFailed(path: path, reason: systemReason()) }
    }
}
