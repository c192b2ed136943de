/// Why a document cannot be read, a value not be written, or one not be turned into the type that is wanted.
public struct PyroDataError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Reason: Sendable, Hashable {
        /// It is no document of its serializer.
        case malformed
        /// It passes one of ``PyroDataLimits``.
        case limit
        /// It is right, and this end or the other cannot hold it.
        case unsupported
        /// It is not of the type that is wanted.
        case mismatch
    }

    /// What kind of failure it is.
    public var reason: Reason
    /// What is wrong, with the value that is.
    public var message: String
    /// The byte of the document where it is wrong, from 0.
    public var offset: Int?
    /// Where in the value it is wrong, as in `items[3].name`; empty for the value itself.
    public var path: String

    /// A failure.
    public init(_ reason: Reason, _ message: String, offset: Int? = nil, path: String = "") {
        self.reason = reason
        self.message = message
        self.offset = offset
        self.path = path
    }

    /// The failure in a sentence without a full stop.
    public var description: String {
        (path.isEmpty ? "" : path + ": ") + message + (offset.map { ", at byte \($0)" } ?? "")
    }

    /// The same failure seen from one level up.
    func under(_ key: String) -> PyroDataError {
        var error = self
        let needsDot = !path.isEmpty && !path.hasPrefix("[")
        error.path = key + (needsDot ? "." : "") + path
        return error
    }
}

/// How much of a document is read before it is refused: a peer pays for what it sends, not for what it makes of it here.
public struct PyroDataLimits: Sendable, Hashable {
    /// Containers in one another, counted in brackets. Python's own reader stops at 200.
    public var depth = 200
    /// Values in one document, containers and keys counted.
    public var values = 1 << 20
    /// Bytes of one document.
    public var bytes = 8 << 20

    /// The defaults.
    public init() {}

    /// Limits.
    public init(depth: Int, values: Int, bytes: Int) {
        self.depth = depth
        self.values = values
        self.bytes = bytes
    }
}
