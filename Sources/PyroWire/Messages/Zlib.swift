internal import CZlib

/// The compression of payloads: zlib's format, within a limit.
enum Zlib {
    /// What Pyro5 sends: a little smaller for a little time.
    private static let level: Int32 = 4

    /// The bytes, made smaller; `nil` when they would not be.
    static func deflated(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count <= Int32.max else { return nil }
        var count = uLong(bytes.count)
        let output = [UInt8](unsafeUninitializedCapacity: bytes.count) { output, written in
            let status = bytes.withUnsafeBufferPointer { input in
                compress2(output.baseAddress, &count, input.baseAddress, uLong(input.count), level)
            }
            written = status == Z_OK ? Int(count) : 0
        }
        return output.isEmpty || output.count >= bytes.count ? nil : output
    }

    /// What the bytes were, at most `limit` of them: memory is taken as they come, not as they are said to be.
    static func inflated(_ bytes: UnsafeRawBufferPointer, limit: Int) throws(PyroWireError) -> [UInt8] {
        guard let input = bytes.baseAddress, bytes.count <= Int32.max else { throw .compression }
        var stream = z_stream()
        guard inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .compression
        }
        defer { inflateEnd(&stream) }
        stream.next_in = UnsafeMutablePointer(mutating: input.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = uInt(bytes.count)
        var output: [UInt8] = []
        while true {
            var status = Z_OK
            // One byte over the limit tells that there is more.
            let room = min(limit + 1 - output.count, max(256, 4 * bytes.count, output.count))
            let piece = [UInt8](unsafeUninitializedCapacity: room) { piece, written in
                stream.next_out = piece.baseAddress
                stream.avail_out = uInt(room)
                status = inflate(&stream, Z_NO_FLUSH)
                written = room - Int(stream.avail_out)
            }
            output = output.isEmpty ? piece : output + piece
            guard output.count <= limit else { throw .inflated(limit: limit) }
            if status == Z_STREAM_END { break }
            guard status == Z_OK, !piece.isEmpty else { throw .compression }
        }
        guard stream.avail_in == 0 else { throw .compression }
        return output
    }
}
