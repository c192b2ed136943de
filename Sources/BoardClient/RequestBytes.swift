public import BoardWire

/// A request as the bytes that go over a road; the end of them may be in a file.
public struct RequestBytes: Sendable {
    private let head: [UInt8]
    private let file: MessageFile?

    /// A request in memory.
    public init(_ request: BoardRequest) {
        head = request.encoded()
        file = nil
    }

    /// A request to publish what is in a file; the request's own body is left out.
    public init(_ request: PublishRequest, body file: MessageFile) {
        head = request.encodedHead()
        self.file = file
    }

    /// Bytes in all.
    public var count: Int { head.count + (file?.count ?? 0) }

    /// Hands over some of the bytes.
    ///
    /// - Parameter scratch: memory for what comes from a file, used again by the next call.
    /// - Throws: ``MessageFileError``.
    func withBytes<Result>(
        _ range: Range<Int>, scratch: inout [UInt8], _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(MessageFileError) -> Result {
        if range.upperBound <= head.count {
            return head.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
        }
        if scratch.count < range.count { scratch = Array(repeating: 0, count: range.count) }
        let inHead = head[min(range.lowerBound, head.count)...]
        scratch.replaceSubrange(..<inHead.count, with: inHead)
        try fill(&scratch, inHead.count..<range.count, from: range.lowerBound + inHead.count - head.count)
        return scratch.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<range.count])) }
    }

    private func fill(_ scratch: inout [UInt8], _ range: Range<Int>, from offset: Int) throws(MessageFileError) {
        guard let file else { return }
        var failure: MessageFileError?
        scratch.withUnsafeMutableBytes { bytes in
            do throws(MessageFileError) {
                try file.read(from: offset, into: UnsafeMutableRawBufferPointer(rebasing: bytes[range]))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}

/// How far a request and its answer are, in bytes.
public struct TransferProgress: Sendable, Hashable {
    /// Of the request: sent (and confirmed, where the road confirms), and in all.
    public var sent = 0, request = 0
    /// Of the answer: received, and in all as far as is known.
    public var received = 0, answer = 0
}

/// Is told how far a transfer is, many times a second, from any thread; it has to return at once.
public typealias ProgressReport = @Sendable (TransferProgress) -> Void
