import BoardWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The answer of a session while its client fetches it, block by block: in memory while it is small, else in a file
/// without a name, which the system takes back whatever happens.
final class SpooledAnswer {
    /// Bytes that an answer may have in memory.
    static let inMemory = 1 << 20

    private var bytes: [UInt8] = []
    private var file: CInt = -1
    private(set) var count = 0

    deinit { if file >= 0 { close(file) } }

    /// Adds a piece at the end; `false` when the disk does not take it.
    func append(_ piece: [UInt8]) -> Bool {
        count += piece.count
        if file < 0 {
            bytes += piece
            return bytes.count <= Self.inMemory || moveToFile()
        }
        return write(piece)
    }

    /// The bytes of a range; `nil` when they cannot be read.
    func read(_ range: Range<Int>) -> [UInt8]? {
        if file < 0 { return Array(bytes[range]) }
        let read = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
            filled = max(0, pread(file, buffer.baseAddress, range.count, off_t(range.lowerBound)))
        }
        return read.count == range.count ? read : nil
    }

    private func moveToFile() -> Bool {
        var path = Array("/var/tmp/mboard-answer-XXXXXX".utf8CString)
        file = mkstemp(&path)
        guard file >= 0 else { return false }
        unlink(path)
        defer { bytes = [] }
        return write(bytes)
    }

    private func write(_ piece: [UInt8]) -> Bool {
        var rest = piece[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard written > 0 || errno == EINTR else { return false }
            rest = rest.dropFirst(max(0, written))
        }
        return true
    }
}
