/// Why a document was not understood, and where.
public struct XMLRPCDocumentError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The sort of mistake; each has its number among the interoperable faults.
    public enum Kind: Sendable, Hashable {
        /// Not well-formed XML, a character that XML 1.0 does not have, or a DOCTYPE, which is refused unread: -32700.
        case notWellFormed
        /// An encoding that is not read: -32701.
        case unsupportedEncoding
        /// Bytes that the encoding does not have: -32702.
        case invalidCharacter
        /// Well-formed, but no XML-RPC, or past a limit: -32600.
        case invalidRequest
        /// A value that is not of its type, or out of its range: -32602.
        case invalidValue
    }

    /// The sort of mistake.
    public var kind: Kind
    /// In words for a person.
    public var reason: String
    /// Where the mistake was noticed, counted from 1 in the document as UTF-8; `nil` when it is in no one place.
    public var line: Int?
    /// Characters into the line, counted from 1; `nil` when ``line`` is.
    public var column: Int?

    /// An error with these parts.
    public init(_ kind: Kind, _ reason: String, line: Int? = nil, column: Int? = nil) {
        self.kind = kind
        self.reason = reason
        self.line = line
        self.column = column
    }

    /// With the place, if there is one.
    public var description: String {
        guard let line, let column else { return reason }
        return "\(reason), at line \(line), column \(column)"
    }

    /// What a server answers.
    public var fault: XMLRPCFault {
        switch kind {
        case .notWellFormed: .notWellFormed(description)
        case .unsupportedEncoding: .unsupportedEncoding(description)
        case .invalidCharacter: .invalidCharacter(description)
        case .invalidRequest: .invalidRequest(description)
        case .invalidValue: .invalidParameters(description)
        }
    }
}
