/// Why a store cannot be opened, or cannot go on.
public enum StoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The directory or a file in it cannot be created, read or written.
    case inaccessible(path: String, reason: String)
    /// Another process has the directory.
    case locked(path: String, holder: String)
    /// The store was written by a newer version.
    case newerSchema(path: String, found: Int, known: Int)
    /// The bytes are not what was written. Nothing is changed or replaced.
    case damaged(path: String, reason: String)
    /// The disk did not confirm a sync: what it holds is not known any more, so nothing more is acknowledged.
    case syncFailed(path: String, reason: String)

    /// In words for a person.
    public var description: String {
        switch self {
        case .inaccessible(let path, let reason): "cannot use \(path): \(reason)"
        case .locked(let path, let holder):
            "another mboard (\(holder)) is using \(path): stop it, or give this one its own directory with --data"
        case .newerSchema(let path, let found, let known):
            "\(path) was written by a newer mboard (schema \(found), this one knows \(known)): use that version"
        case .damaged(let path, let reason):
            "\(path) is damaged: \(reason). Nothing was changed. Restore a backup, or save what can be read with: "
                + "sqlite3 \(path) .recover"
        case .syncFailed(let path, let reason):
            "the disk failed a sync of \(path) (\(reason)): nothing more is acknowledged. Check the disk, then start again"
        }
    }
}
