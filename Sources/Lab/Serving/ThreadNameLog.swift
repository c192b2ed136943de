package import Logging
import ServerModels

/// The log of the notes: the time, the name of the thread or task that writes, the text.
///
///     18:21:41,577 (Thread-1) New client connected from 127.0.0.1:40429
package struct ThreadNameLog: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    private let write: @Sendable (String) -> Void

    /// - Parameter write: takes a line without its end.
    package init(_ logLevel: Logger.Level, write: @escaping @Sendable (String) -> Void) {
        self.logLevel = logLevel
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        write("\(ClockTime.now) (\(Task<Never, Never>.name ?? currentThreadName())) \(event.message)")
    }
}
