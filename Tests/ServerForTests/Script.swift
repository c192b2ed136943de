import Glibc
package import ServerModels

/// A service that does what the client says: a request is a line, and so is its answer.
///
///     wait MS …      the line itself, after so many milliseconds
///     later …        the line itself, from a task
///     throw …        the handler throws
///     big BYTES …    so many bytes and a newline
///     pid            the process that handles it
///     die            the process that handles it kills itself
///     refuse         nobody can serve this
///     …              the line itself
///
/// What is left when the client shuts its side is a request too, so that half a request taken for a whole one is seen.
package struct Script: Service {
    private let heard: (@Sendable (String) -> Void)?

    /// - Parameter heard: is called with each line that is handled.
    package init(heard: (@Sendable (String) -> Void)? = nil) {
        self.heard = heard
    }

    package func framing() -> any RequestFraming { ScriptFraming() }

    package func handle(_ request: [UInt8], from peer: Peer) throws -> Answer {
        let line = String(decoding: request, as: UTF8.self)
        heard?(line)
        let words = line.split(separator: " ")
        let number = words.dropFirst().first.flatMap { Int($0) } ?? 0
        let echo = request + [UInt8(ascii: "\n")]
        switch words.first {
        case "wait": return .delayed(echo, by: .milliseconds(number))
        case "later":
            return .awaited {
                await Task.yield()
                return echo
            }
        case "throw": throw Refusal()
        case "big": return .ready([UInt8](repeating: UInt8(ascii: "x"), count: number) + [UInt8(ascii: "\n")])
        case "pid": return .ready(Array("\(getpid())\n".utf8))
        case "die":
            kill(getpid(), SIGKILL)
            return .ready([])
        default: return .ready(echo)
        }
    }

    package func failure(_ reason: String) -> [UInt8] { Array("error: \(reason)\n".utf8) }

    private struct Refusal: Error, CustomStringConvertible {
        var description: String { "as you wish" }
    }
}

private final class ScriptFraming: RequestFraming {
    private var bytes: [UInt8] = []
    private var isEnded = false

    func append(_ piece: UnsafeRawBufferPointer) { bytes.append(contentsOf: piece) }
    func end() { isEnded = true }

    func next() -> FramingStep {
        if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
            defer { bytes.removeFirst(end + 1) }
            return bytes.starts(with: "refuse".utf8)
                ? .refused(Array("refused\n".utf8)) : .request(Array(bytes[..<end]))
        }
        guard isEnded else { return .needsMore }
        guard !bytes.isEmpty else { return .finished }
        defer { bytes = [] }
        return .request(bytes)
    }
}
