import PyroWire
import Synchronization

/// Who is in the chat. A name is its user's for as long as the user object is there, and nobody else keeps it: it goes when the last
/// client that holds it does.
final class ChatRoster: Sendable {
    private struct Entry {
        weak var user: ChatUser?
        let mailbox: ChatMailbox
        /// Kept until somebody calls it for the first time, or nobody has in time.
        var uncalled: ChatUser?
        let end: ContinuousClock.Instant
    }

    private let limits: PyroLimits
    private let entries = Mutex<[String: Entry]>([:])

    init(_ limits: PyroLimits) {
        self.limits = limits
    }

    /// Takes a user in.
    ///
    /// - Throws: `ValueError` for a name that is taken, or is none; `RuntimeError` when there are too many users.
    func add(_ user: ChatUser, _ name: String, _ mailbox: ChatMailbox, now: ContinuousClock.Instant) throws {
        try check(name)
        try entries.withLock { entries in
            Self.tidy(&entries, now)
            guard entries[name] == nil else {
                throw PyroException.builtin(
                    "ValueError",
                    """
                    the name \(name) is taken: somebody of that name is here. Who went without leaving keeps it for up to a \
                    minute
                    """)
            }
            guard entries.count < limits.users else {
                throw PyroException.builtin("RuntimeError", "\(limits.users) users are here already; come back later")
            }
            let end = now + .seconds(limits.firstCallSeconds)
            entries[name] = Entry(user: user, mailbox: mailbox, uncalled: user, end: end)
        }
    }

    /// A user was called: from now on it is there for as long as its callers.
    func arrived(_ name: String) {
        let kept = entries.withLock { entries in
            defer { entries[name]?.uncalled = nil }
            return entries[name]?.uncalled
        }
        _ = consume kept
    }

    /// A user leaves.
    func remove(_ name: String) {
        let gone = entries.withLock { $0.removeValue(forKey: name) }
        gone?.mailbox.close()
    }

    /// The names of those who are here.
    func names(now: ContinuousClock.Instant) -> [String] {
        entries.withLock { entries in
            Self.tidy(&entries, now)
            return entries.keys.sorted()
        }
    }

    /// The private messages of somebody who is here.
    func mailbox(of name: String, now: ContinuousClock.Instant) -> ChatMailbox? {
        entries.withLock { entries in
            Self.tidy(&entries, now)
            return entries[name]?.mailbox
        }
    }

    /// Forgets those whose objects are gone. Nobody sees them before somebody looks.
    private static func tidy(_ entries: inout [String: Entry], _ now: ContinuousClock.Instant) {
        for (name, entry) in entries where entry.uncalled != nil && entry.end <= now { entries[name]?.uncalled = nil }
        for (name, entry) in entries where entry.user == nil { entries[name] = nil }
    }

    private func check(_ name: String) throws {
        let isPlain = name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        let hasEdges = name.first?.isWhitespace == true || name.last?.isWhitespace == true
        guard (1...limits.nameBytes).contains(name.utf8.count), isPlain, !hasEdges else {
            throw PyroException.builtin(
                "ValueError",
                "a name has 1 to \(limits.nameBytes) bytes, no control characters, and no space at its ends")
        }
    }
}
