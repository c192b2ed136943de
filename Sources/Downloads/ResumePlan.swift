/// What is known of a partial file: which version of which file it is a part of. It lies in `NAME.part.json`.
package struct PartRecord: Codable, Equatable, Sendable {
    /// The URL that was asked for.
    package var url: String
    /// What `If-Range` is sent with; `nil` when the server gave nothing that makes resuming safe.
    package var validator: String?
    /// The bytes of the whole file, when known.
    package var length: Int?

    /// A record with these fields.
    package init(url: String, validator: String?, length: Int?) {
        self.url = url
        self.validator = validator
        self.length = length
    }
}

/// What to ask a server for, and what to do with its answer, when there may be a part of the file already.
///
/// The rule behind it: bytes are put behind others only when the server says that both belong to one version of the file.
package struct ResumePlan: Equatable, Sendable {
    /// What to do with an answer.
    package enum Decision: Equatable, Sendable {
        /// The body is the file from its first byte on: whatever is there goes.
        case whole(PartRecord)
        /// The body goes behind the bytes that are there, up to this place of the file.
        case rest(upTo: Int, PartRecord)
        /// All bytes are there already.
        case nothingLeft
        /// What is there is of no use any more: ask for the whole file.
        case startOver
        /// There is no body to take, and why.
        case fail(DownloadError)
    }

    /// The bytes that are there.
    package let held: Int
    /// The URL to ask.
    package let url: String
    private let record: PartRecord?

    /// A plan for a file of which so many bytes are there, with what was kept about them.
    package init(url: String, held: Int, record: PartRecord?) {
        self.url = url
        let isUsable =
            held > 0 && record?.url == url && record?.validator != nil && held <= record?.length ?? Int.max
        self.held = isUsable ? held : 0
        self.record = isUsable ? record : nil
    }

    /// The values of `Range` and `If-Range`; `nil` when the whole file is to be asked for.
    package var request: (range: String, ifRange: String)? {
        record?.validator.map { ("bytes=\(held)-", $0) }
    }

    /// What to do with an answer to ``request``.
    package func decide(_ head: AnswerHead) -> Decision {
        switch head.status {
        case 200: return .whole(PartRecord(url: url, validator: head.validator, length: head.length))
        case 206: return partial(head)
        case 416 where record != nil: return unsatisfiable(head)
        case 408, 429, 500...599: return .fail(.busy(status: head.status, retryAfter: head.retryPause))
        default: return .fail(.refused(status: head.status))
        }
    }

    private func partial(_ head: AnswerHead) -> Decision {
        guard var record else { return .fail(.misfit("part of the file (206), though all of it was asked for")) }
        let field = head.range ?? "none"
        guard let range = head.range.flatMap(ContentRange.init), let bytes = range.bytes, bytes.lowerBound == held
        else {
            return .fail(.misfit("Content-Range: \(field), though the bytes from \(held) on were asked for"))
        }
        if let length = head.length, length != bytes.count {
            return .fail(.misfit("Content-Range: \(field), but Content-Length: \(length)"))
        }
        guard isSameVersion(head), range.whole == nil || record.length == nil || range.whole == record.length else {
            return .startOver
        }
        record.length = record.length ?? range.whole
        return .rest(upTo: bytes.upperBound + 1, record)
    }

    /// No bytes from there on: because all are there, or because the file is another one now.
    private func unsatisfiable(_ head: AnswerHead) -> Decision {
        let whole = head.range.flatMap(ContentRange.init)?.whole
        return whole == held && isSameVersion(head) ? .nothingLeft : .startOver
    }

    /// Whether the answer contradicts what is known. A server should have looked at `If-Range`; some do not.
    private func isSameVersion(_ head: AnswerHead) -> Bool {
        guard let validator = record?.validator else { return false }
        let said = validator.hasPrefix("\"") ? head.entityTag : head.lastModified
        return said == nil || said == validator
    }
}
