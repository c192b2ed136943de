/// Why a value cannot be written, and which.
public struct XMLRPCEncodingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The sorts of what cannot be written.
    public enum Reason: Sendable, Hashable {
        /// XML 1.0 cannot carry this character, not even escaped (section 2.2, "Characters"): send the text as base64.
        case character(Unicode.Scalar)
        /// A number that is infinite or not a number (XML-RPC specification: "There is no representation").
        case notFinite(Double)
        /// Not a method's name: `A-Z a-z 0-9 _ . : /`, at least one.
        case methodName(String)
    }

    /// What cannot be written.
    public var reason: Reason
    /// The way to it from the document's top: `params[0].name[3]`.
    public var place: String

    /// An error with these parts.
    public init(_ reason: Reason, at place: String) {
        self.reason = reason
        self.place = place
    }

    /// In words for a person.
    public var description: String {
        switch reason {
        case .character(let scalar):
            "XML cannot carry the character U+\(hex(scalar)) (at \(place)); send the text as base64"
        case .notFinite(let double): "XML-RPC has no way to write \(double) (at \(place))"
        case .methodName(let name): "\"\(name)\" is no method name: letters, digits, and _ . : / only"
        }
    }

    private func hex(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
