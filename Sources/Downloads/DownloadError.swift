/// Why a file was not downloaded.
package enum DownloadError: Error, Equatable, Sendable {
    /// No connection, or it broke.
    case unreachable(String)
    /// Nothing came for this long.
    case timedOut(Duration)
    /// The body ended early: so many bytes are there, of so many.
    case cut(at: Int, of: Int?)
    /// The server cannot now, and may have said when it can.
    case busy(status: Int, retryAfter: Duration?)
    /// The server said no.
    case refused(status: Int)
    /// The redirects lead nowhere.
    case redirects(String)
    /// What came is no answer to the request.
    case misfit(String)
    /// The file was another one in each attempt.
    case neverTheSame
    /// The connection is not to be trusted, or speaks something else.
    case notHTTP(String)
    /// The file's SHA-256 is another one than it has to be.
    case checksum(expected: String, found: String)
    /// There is a whole file of this name.
    case exists(path: String)
    /// A file cannot be made or opened, or is in use.
    case inaccessible(path: String, reason: String)
    /// Nobody waits for it any more.
    case cancelled
    /// Writing failed.
    case disk(path: String, reason: String)

    /// Whether the same request may be sent again, with hope.
    package var mayBeRepeated: Bool {
        switch self {
        case .unreachable, .timedOut, .cut, .busy: true
        default: false
        }
    }
}

extension DownloadError: CustomStringConvertible {
    /// What went wrong, with which value, and what to do now.
    package var description: String {
        switch self {
        case .unreachable(let reason):
            "no connection, or it broke: \(reason); look at the address and the network, then try again"
        case .timedOut(let time): "nothing came for \(time); try again, or wait longer with --timeout"
        case .cut(let held, let all):
            "the connection ended after \(held)\(all.map { " of \($0)" } ?? "") bytes; the same command goes on from there"
        case .busy(let status, let pause):
            "the server answered \(status), it cannot now; try again "
                + (pause.map { "after the \($0) that it asks for" } ?? "later")
        case .refused(let status): "the server answered \(status)\(Self.meaning(status))"
        case .redirects(let reason): "\(reason); look at the URL in a browser"
        case .misfit(let what):
            "the server sent \(what); it is faulty. Without the .part file the download starts at zero"
        case .neverTheSame: "the file on the server was another one in each attempt; try again when it rests"
        case .notHTTP(let reason): "the server does not speak HTTP as it should: \(reason); look at the URL"
        case .checksum(let expected, let found):
            "its SHA-256 is \(found), not \(expected): what came is not the file, and was removed; look at the sum and the source"
        case .exists(let path): "\(path) is there already; --force replaces it"
        case .inaccessible(let path, let reason): "cannot use \(path): \(reason)"
        case .cancelled: "cancelled"
        case .disk(let path, let reason):
            "cannot write \(path): \(reason); make room or look at the disk, then try again"
        }
    }

    private static func meaning(_ status: Int) -> String {
        switch status {
        case 401, 403: ": it does not give the file to us"
        case 404, 410: ": there is no such file; look at the URL"
        default: ""
        }
    }
}
