/// What has come on a connection and was not yet taken, in order. Each byte is moved once at most for each piece that comes.
struct InputBytes {
    private var bytes: [UInt8] = []
    /// How much of `bytes` was taken.
    private var start = 0

    /// Bytes that are left.
    var count: Int { bytes.count - start }

    /// Adds what has come.
    mutating func append(_ piece: UnsafeRawBufferPointer) {
        if start > 0 {
            bytes.removeFirst(start)
            start = 0
        }
        bytes.append(contentsOf: piece)
    }

    /// The first `count` bytes; `nil` when there are fewer.
    mutating func take(_ count: Int) -> [UInt8]? {
        guard self.count >= count else { return nil }
        // The usual case: exactly one request has come.
        if start == 0, bytes.count == count {
            defer { bytes = [] }
            return bytes
        }
        defer {
            start += count
            if start == bytes.count {
                bytes.removeAll(keepingCapacity: true)
                start = 0
            }
        }
        return Array(bytes[start..<start + count])
    }

    /// Where a byte is among the first `limit`, counted from what is left.
    func firstIndex(of byte: UInt8, within limit: Int) -> Int? {
        bytes[start..<min(bytes.count, start + limit)].firstIndex(of: byte).map { $0 - start }
    }
}
