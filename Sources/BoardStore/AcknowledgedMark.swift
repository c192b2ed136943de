import MessageBoard

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The highest number that was acknowledged as safe on disk, in a file of its own.
///
/// SQLite ends the recovery of its log at the first frame that is not whole, and cannot tell an unfinished commit from a
/// finished one that was damaged or cut off later. This mark can: a store that ends before it has lost messages.
/// It is written after each sync and not synced itself, so it may lag behind after a power cut; it is never ahead.
///
/// ```
///  0        8        12
/// +--------+--------+
/// | number | CRC32C |   little-endian
/// +--------+--------+
/// ```
struct AcknowledgedMark: ~Copyable {
    private let file: CInt
    private let path: String

    init(path: String) throws(StoreError) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .inaccessible(path: path, reason: systemReason()) }
        self.file = file
        self.path = path
    }

    deinit { close(file) }

    /// The number; `nil` when there is none yet, or when it is not readable.
    func read() -> MessageID? {
        var bytes = [UInt8](repeating: 0, count: 12)
        guard pread(file, &bytes, bytes.count, 0) == bytes.count else { return nil }
        let number = bytes.withUnsafeBytes { MessageID(littleEndian: $0.loadUnaligned(as: MessageID.self)) }
        return bytes == Self.encode(number) ? number : nil
    }

    /// Writes the number. A full disk cannot stop it, the bytes being there already; any other failure leaves the mark
    /// behind, which is safe.
    func write(_ id: MessageID) {
        let bytes = Self.encode(id)
        _ = pwrite(file, bytes, bytes.count, 0)
    }

    private static func encode(_ id: MessageID) -> [UInt8] {
        var bytes = withUnsafeBytes(of: id.littleEndian) { Array($0) }
        withUnsafeBytes(of: CRC32C.of(bytes).littleEndian) { bytes.append(contentsOf: $0) }
        return bytes
    }
}
