/// Keeps the names of a name server over its end.
public protocol NameStore: Sendable {
    /// The names that it has. Called once, at the start.
    func load() async throws -> [String: NameRecord]
    /// Takes in changes: all of them or none. `nil` is a name that is gone. When it returns they are kept.
    func save(_ changes: [String: NameRecord?]) async throws
}

/// Keeps nothing: the names end with the process.
public struct MemoryNameStore: NameStore {
    /// A store.
    public init() {}

    /// None.
    public func load() async throws -> [String: NameRecord] { [:] }

    /// Nothing.
    public func save(_ changes: [String: NameRecord?]) async throws {}
}

/// Why the file of a store cannot be used.
public enum NameStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// It cannot be made, read or written.
    case inaccessible(path: String, reason: String)
    /// Another name server has it.
    case inUse(path: String)
    /// It was written by a newer version.
    case newerSchema(path: String, found: Int, known: Int)
    /// What is in it is not what was written. Nothing is changed.
    case damaged(path: String, reason: String)

    /// In words for a person.
    public var description: String {
        switch self {
        case .inaccessible(let path, let reason): "cannot use \(path): \(reason)"
        case .inUse(let path): "another name server is using \(path): stop it, or give this one a file of its own"
        case .newerSchema(let path, let found, let known):
            "\(path) was written by a newer mboard (schema \(found), this one knows \(known)): use that version"
        case .damaged(let path, let reason):
            "\(path) is damaged: \(reason). Nothing was changed. Restore a backup, or move it away: programs that still "
                + "run register their names again when they are restarted"
        }
    }
}
