package import ServerModels

/// A service by its name, with its delay where it has one: `hold`, `echo-after:4.5`, `factor`.
package enum ServiceName: Hashable, Sendable, CustomStringConvertible {
    case hold
    /// Seconds of the delay.
    case echoAfter(Double)
    case factor

    /// Seconds that `echo-after` may take.
    package static let delays = 0.0...3_600

    /// Reads `NAME` or `echo-after:SECONDS`; `nil` when there is no such service or the delay is not one of ``delays``.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        switch (parts[0], parts.count) {
        case ("hold", 1): self = .hold
        case ("factor", 1): self = .factor
        case ("echo-after", 1): self = .echoAfter(0)
        case ("echo-after", 2):
            guard let delay = Double(parts[1]), Self.delays.contains(delay) else { return nil }
            self = .echoAfter(delay)
        default: return nil
        }
    }

    package var description: String {
        switch self {
        case .hold: "hold"
        case .echoAfter(let delay): delay == 0 ? "echo-after" : "echo-after:\(delay)"
        case .factor: "factor"
        }
    }

    /// The service.
    package var service: any Service {
        switch self {
        case .hold: Hold()
        case .echoAfter(let delay): EchoAfter(delay: .seconds(delay))
        case .factor: Factor()
        }
    }
}
