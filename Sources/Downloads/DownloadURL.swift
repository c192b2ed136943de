import Foundation

/// The place of a file on the web: `http://` or `https://`, with the file's checksum behind `#sha256=` if it is known.
package struct DownloadURL: Sendable, Equatable {
    /// The URL as it is asked for, without the part from `#` on.
    package let text: String
    /// What the file's SHA-256 has to be; `nil` when the URL does not say.
    package let sha256: [UInt8]?
    private let lastPathPart: String

    /// Reads a URL.
    ///
    /// - Throws: ``DownloadURLError``.
    package init(_ argument: String) throws(DownloadURLError) {
        guard var parts = URLComponents(string: argument), let scheme = parts.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = parts.host, !host.isEmpty
        else { throw .noURL }
        guard parts.user == nil, parts.password == nil else { throw .credentials }
        sha256 = try Self.checksum(inFragment: parts.fragment)
        lastPathPart =
            parts.percentEncodedPath.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        parts.fragment = nil
        guard let text = parts.string else { throw .noURL }
        self.text = text
    }

    /// The name of a file for what the URL leads to: its last path part, when that is a name which can do no harm. It names a
    /// file in a directory and nothing above it, is not hidden, and has nothing in it that steers a terminal.
    ///
    /// - Throws: ``DownloadURLError/noName`` or ``DownloadURLError/badName(_:)``.
    package var name: String {
        get throws(DownloadURLError) {
            guard !lastPathPart.isEmpty else { throw .noName }
            guard let name = lastPathPart.removingPercentEncoding else { throw .badName("it is not UTF-8") }
            guard !name.hasPrefix(".") else { throw .badName("it begins with a dot") }
            guard !name.contains("/") else { throw .badName("it has a slash in it") }
            guard name.unicodeScalars.allSatisfy(Self.isHarmless) else {
                throw .badName("it has control characters in it")
            }
            guard name.utf8.count <= DownloadLimits.nameBytes else {
                throw .badName("it is longer than \(DownloadLimits.nameBytes) bytes")
            }
            return name
        }
    }

    /// Reads 64 hexadecimal digits; `nil` when it is something else.
    package static func checksum(_ text: some StringProtocol) -> [UInt8]? {
        let digits = text.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 2 * SHA256.byteCount, !digits.contains(nil) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).compactMap { place in
            guard let high = digits[place], let low = digits[place + 1] else { return nil }
            return UInt8(high << 4 | low)
        }
    }

    /// A fragment that speaks of no checksum means nothing here, as in any request of HTTP.
    private static func checksum(inFragment fragment: String?) throws(DownloadURLError) -> [UInt8]? {
        guard let fragment, fragment.lowercased().hasPrefix("sha256=") else { return nil }
        guard let checksum = checksum(fragment.dropFirst("sha256=".count)) else { throw .badChecksum }
        return checksum
    }

    /// No control characters, and none that turn the direction of the text around them.
    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: false
        default: true
        }
    }
}

/// Why a text names nothing that can be downloaded.
package enum DownloadURLError: Error, Equatable, CustomStringConvertible {
    /// It is no `http://` or `https://` URL with a host.
    case noURL
    /// It has a user or a password in it.
    case credentials
    /// The checksum is not 64 hexadecimal digits.
    case badChecksum
    /// Its path ends in a slash, or there is none.
    case noName
    /// Its last path part cannot be a file's name here.
    case badName(String)

    /// What is wrong, and what to do.
    package var description: String {
        switch self {
        case .noURL: "this is no URL that can be fetched: it has to be like http://host/file or https://host/file"
        case .credentials: "a user or password in a URL is not sent; give the URL without"
        case .badChecksum: "a SHA-256 is 64 hexadecimal digits"
        case .noName: "the URL has no file name at its end; say one with --output FILE"
        case .badName(let reason):
            "the URL's last part cannot be a file name here: \(reason); say one with --output FILE"
        }
    }
}
