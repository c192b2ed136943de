import Foundation
import PyroWire

/// A regular expression that describes the beginnings of names, as Python's `re.match` does.
///
/// It is Foundation's (ICU's), which reads nearly all that Python's reads. It differs in named groups, `(?<name>…)` in place of
/// `(?P<name>…)`; in `\Z`, which matches before a last line end too; and in classes, where `[a[b]]` and `[a&&b]` mean sets.
struct NamePattern {
    private let expression: NSRegularExpression
    private let limit: Int
    /// Calls of ICU's for every 10,000 steps.
    private var steps = 0

    /// - Throws: a `NamingError` for what is no regular expression, or a long one.
    init(_ pattern: String, _ limits: NameServerLimits) throws(PyroException) {
        guard pattern.utf8.count <= limits.patternBytes else {
            throw .pyro("NamingError", "invalid regex: at most \(limits.patternBytes) bytes are read")
        }
        do { expression = try NSRegularExpression(pattern: pattern) } catch {
            throw .pyro("NamingError", "invalid regex: \(PyroValue.string(pattern)) cannot be read")
        }
        limit = limits.patternSteps
    }

    /// Whether a name begins so.
    ///
    /// - Throws: a `NamingError` once all matches of this pattern together take too many steps: some take years.
    mutating func matches(_ name: String) throws(PyroException) -> Bool {
        var isMatch = false
        var steps = steps
        let limit = limit
        let range = NSRange(location: 0, length: name.utf16.count)
        expression.enumerateMatches(in: name, options: [.anchored, .reportProgress], range: range) { match, _, stop in
            if match != nil { isMatch = true } else { steps += 1 }
            if isMatch || steps > limit { stop.pointee = true }
        }
        self.steps = steps
        guard steps <= limit else {
            throw .pyro("NamingError", "invalid regex: it takes too many steps to match; write a simpler one")
        }
        return isMatch
    }
}
