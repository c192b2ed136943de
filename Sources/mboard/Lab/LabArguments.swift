import ArgumentParser
package import Lab

extension ServiceName: ExpressibleByArgument {
    /// Reads the argument; `nil` when there is no such service.
    package init?(argument: String) {
        self.init(argument)
    }

    /// What the help and a refusal list.
    package static var allValueStrings: [String] { ["hold", "echo-after[:SECONDS]", "factor"] }
}

extension Load.Arrivals: ExpressibleByArgument {
    /// Arrivals a second that can be asked for.
    private static let rates = 0.001...1_000_000

    /// What the help shows.
    package var defaultValueDescription: String {
        switch self {
        case .atOnce: "at-once"
        case .poisson(let rate): "poisson:\(rate)"
        }
    }

    /// Reads `at-once` or `poisson:PER_SECOND`; `nil` when it is neither.
    package init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        switch (parts[0], parts.count) {
        case ("at-once", 1): self = .atOnce
        case ("poisson", 2):
            guard let rate = Double(parts[1]), Self.rates.contains(rate) else { return nil }
            self = .poisson(perSecond: rate)
        default: return nil
        }
    }
}

/// Times that can be asked for, in seconds, before they are scaled.
enum LabTimes {
    static let seconds = 0.001...86_400.0
}
