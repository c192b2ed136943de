public import MessageBoard

/// What is called by POST: a whole document comes, a whole document goes back, always with status 200.
///
/// These are answered beside Hummingbird, not by it: what it does for a request costs as much as a whole call may
/// (docs/decisions/0013).
public protocol HTTPCall: Sendable {
    /// Where it is called, from the first `/`.
    var path: String { get }
    /// Of the answers.
    var contentType: String { get }
    /// Answers a document, whatever is in it.
    func answer(_ document: [UInt8], from origin: Origin) async -> [UInt8]
}
