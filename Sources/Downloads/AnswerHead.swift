/// What the head of a server's answer says about a file.
package struct AnswerHead: Sendable, Equatable {
    /// The status code.
    package var status: Int
    /// `Content-Length`.
    package var length: Int?
    /// `Content-Range` as it was sent.
    package var range: String?
    /// `ETag` as it was sent.
    package var entityTag: String?
    /// `Last-Modified` as it was sent.
    package var lastModified: String?
    /// `Date` as it was sent.
    package var date: String?
    /// `Retry-After` as it was sent.
    package var retryAfter: String?

    /// A head with these fields.
    package init(
        status: Int, length: Int? = nil, range: String? = nil, entityTag: String? = nil, lastModified: String? = nil,
        date: String? = nil, retryAfter: String? = nil
    ) {
        self.status = status
        self.length = length
        self.range = range
        self.entityTag = entityTag
        self.lastModified = lastModified
        self.date = date
        self.retryAfter = retryAfter
    }

    /// What may stand in `If-Range` to get more of this version of the file and of no other (RFC 9110, 13.1.5): a strong
    /// entity tag, or else a date of change that was over when the answer was made.
    package var validator: String? {
        if let entityTag {
            let bytes = entityTag.utf8
            let isStrong =
                bytes.count >= 2 && bytes.count <= DownloadLimits.validatorBytes && bytes.first == UInt8(ascii: "\"")
                && bytes.last == UInt8(ascii: "\"")
                && bytes.dropFirst().dropLast().allSatisfy { $0 == 0x21 || (0x23...0x7E).contains($0) }
            return isStrong ? entityTag : nil
        }
        guard let lastModified, let changed = secondsOfHTTPDate(lastModified), let date,
            let sent = secondsOfHTTPDate(date)
        else {
            return nil
        }
        return sent - changed >= 1 ? lastModified : nil
    }

    /// How long the server asks to wait: seconds, or a time that is compared with the answer's own.
    package var retryPause: Duration? {
        guard let retryAfter else { return nil }
        if let seconds = Int(retryAfter), seconds >= 0 { return .seconds(min(seconds, 1_000_000_000)) }
        guard let then = secondsOfHTTPDate(retryAfter), let date, let now = secondsOfHTTPDate(date) else { return nil }
        return .seconds(max(0, then - now))
    }
}

/// What `Content-Range` says (RFC 9110, 14.4).
///
/// ```
/// bytes 500-999/1234     this part, of so many bytes
/// bytes 500-999/*        this part, of an unknown number
/// bytes */1234           there is no such part in so many bytes
/// ```
package struct ContentRange: Equatable {
    /// The bytes that come, the first and the last one included; `nil` when none come.
    package let bytes: ClosedRange<Int>?
    /// The bytes of the whole file; `nil` when the server does not say.
    package let whole: Int?

    /// Reads the field; `nil` when it is something else.
    package init?(_ field: String) {
        let words = field.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        whole = Self.number(parts[1])
        guard whole != nil || parts[1] == "*" else { return nil }
        if parts[0] == "*" {
            guard whole != nil else { return nil }
            bytes = nil
            return
        }
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]), first <= last,
            last < whole ?? Int.max
        else { return nil }
        bytes = first...last
    }

    /// Digits alone: a sign is no part of the field.
    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }
}
