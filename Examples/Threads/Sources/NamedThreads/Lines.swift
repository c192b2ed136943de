// Lines that stay whole, and the time of the lecture notes.

import Foundation

/// Prints a line at once. It is one system call, so that lines of several threads do not get into one another.
public func say(_ line: String) {
    put(line, on: 1)
}

/// Writes a line of the log: to standard error, as Python's `logging` does.
public func log(_ line: String) {
    put(line, on: 2)
}

private func put(_ line: String, on descriptor: CInt) {
    let bytes = Array((line + "\n").utf8)
    _ = write(descriptor, bytes, bytes.count)
}

extension String {
    /// With spaces after it up to a width: the log's `%-10s`.
    public func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}

/// How long a second of the lecture notes takes, in real seconds: 0.02, so that nobody waits for a lesson's sake, unless the
/// first argument of the command line gives it in milliseconds. `thread-lock 1000` is as slow as the notes' program.
public let second = (CommandLine.arguments.dropFirst().first.flatMap(UInt16.init).map(Double.init) ?? 20) / 1000

/// Sleeps for so many seconds of the lecture notes.
public func nap(_ seconds: Double) {
    Thread.sleep(forTimeInterval: seconds * second)
}
