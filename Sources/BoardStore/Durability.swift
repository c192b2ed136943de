/// When a published message is safe from a power cut.
public enum Durability: String, Sendable, CaseIterable {
    /// Before it is acknowledged: every commit is synced to disk.
    case full
    /// At most ``relaxedSyncInterval`` after it is acknowledged. A killed process loses nothing, a power cut may.
    case relaxed

    /// Time between two syncs when ``relaxed``.
    public static let relaxedSyncInterval = Duration.milliseconds(100)
}
