/// The bounds of a download. Each is driven past its edge in a test.
package enum DownloadLimits {
    /// Downloads at a time when nobody says otherwise.
    package static let atATime = 8
    /// Most downloads at a time that can be asked for.
    package static let mostAtATime = 64
    /// Most requests for one file, the first one included.
    package static let attempts = 5
    /// Most redirects that one request follows.
    package static let redirects = 5
    /// The longest first pause between two attempts.
    package static let firstPause = Duration.milliseconds(500)
    /// The longest pause between two attempts that is ours to choose.
    package static let longestPause = Duration.seconds(8)
    /// The longest wait that a server can ask for; one that asks for more is not tried again.
    package static let longestRetryAfter = Duration.seconds(60)
    /// Most bytes of a file's name. The longest file name of Linux is 255 bytes, and `.part.json.new` is put behind it.
    package static let nameBytes = 240
    /// Most bytes of an entity tag that is kept.
    package static let validatorBytes = 1_024
    /// Most bytes of the file beside a partial one.
    package static let recordBytes = 65_536
}
