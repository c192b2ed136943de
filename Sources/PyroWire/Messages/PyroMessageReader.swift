/// Cuts a peer's bytes into messages, whatever pieces they come in.
///
/// Append what came and take messages until there is none:
///
/// ```swift
/// reader.append(bytes)
/// while let message = try reader.next() { … }
/// ```
///
/// Done so, it holds one message's bytes up to ``PyroMessageLimits/messageBytes``, and what was appended last.
public struct PyroMessageReader: ~Copyable {
    /// How much is taken.
    public let limits: PyroMessageLimits
    /// The types that are taken from now on: another one is refused when its head is there.
    public var expected: [PyroMessageType]
    private var buffer: [UInt8] = []
    /// Where the next message begins in the buffer.
    private var start = 0
    private var failure: PyroWireError?

    /// A reader of a connection that nothing has come from.
    public init(
        limits: PyroMessageLimits = PyroMessageLimits(), expected: [PyroMessageType] = PyroMessageType.allCases
    ) {
        self.limits = limits
        self.expected = expected
    }

    /// Bytes that came and are in no message yet.
    public var heldBytes: Int { buffer.count - start }

    /// Takes what came from the peer. After a failure nothing is kept of it.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard failure == nil else { return }
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= Self.keptCapacity)
            start = 0
        } else if start > buffer.count / 2 {
            // As many bytes have been read as are moved now.
            buffer.removeSubrange(..<start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// Takes what came from the peer. After a failure nothing is kept of it.
    public mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    /// Memory that is kept between messages.
    private static let keptCapacity = 64 << 10

    /// The next message; `nil` until all of it is there.
    ///
    /// It throws as soon as what came can become no message that is taken, and the same again from then on.
    public mutating func next() throws(PyroWireError) -> PyroMessage? {
        if let failure { throw failure }
        do throws(PyroWireError) {
            return try buffer.withUnsafeBytes { buffer in
                let rest = UnsafeRawBufferPointer(rebasing: buffer[start...])
                return Result { () throws(PyroWireError) in try Self.message(rest, expected, limits) }
            }.get().map { message, size in
                start += size
                return message
            }
        } catch {
            failure = error
            buffer = []
            start = 0
            throw error
        }
    }

    private static func message(
        _ bytes: UnsafeRawBufferPointer, _ expected: [PyroMessageType], _ limits: PyroMessageLimits
    ) throws(PyroWireError) -> (PyroMessage, size: Int)? {
        guard let head = try Head(bytes, expected, limits), bytes.count >= head.size else { return nil }
        let annotationsEnd = PyroMessage.headSize + head.annotationBytes
        let chunks = UnsafeRawBufferPointer(rebasing: bytes[PyroMessage.headSize..<annotationsEnd])
        let annotations = chunks.isEmpty ? [] : try Self.annotations(chunks, limits)
        let payload = UnsafeRawBufferPointer(rebasing: bytes[annotationsEnd..<head.size])
        var flags = head.flags
        let inflated: [UInt8]
        if flags.contains(.compressed) {
            inflated = try Zlib.inflated(payload, limit: limits.inflatedBytes)
            flags.remove(.compressed)
        } else {
            inflated = Array(payload)
        }
        let message = PyroMessage(
            head.type, serializer: bytes[7], flags: flags, sequence: head.sequence,
            correlation: flags.contains(.correlationID) ? Array(bytes[20..<36]) : nil, annotations: annotations,
            payload: inflated)
        return (message, head.size)
    }

    private static func annotations(
        _ chunks: UnsafeRawBufferPointer, _ limits: PyroMessageLimits
    ) throws(PyroWireError) -> [PyroAnnotation] {
        var annotations: [PyroAnnotation] = []
        var place = 0
        while place < chunks.count {
            guard annotations.count < limits.annotations else {
                throw .annotations("too many annotations (max=\(limits.annotations))")
            }
            guard place + 8 <= chunks.count else { throw .annotations("annotation chunk head exceeds remaining data") }
            let id = chunks[place..<place + 4]
            guard id.allSatisfy({ $0 < 0x80 }) else { throw .annotations("annotation id is not ASCII") }
            let length = Int(chunks.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self).bigEndian)
            guard length <= chunks.count - place - 8 else {
                throw .annotations("annotation chunk length exceeds remaining data")
            }
            let data = Array(chunks[(place + 8)..<(place + 8 + length)])
            annotations.append(PyroAnnotation(id: String(decoding: id, as: UTF8.self), data: data))
            place += 8 + length
        }
        return annotations
    }
}

/// The first 40 bytes.
private struct Head {
    let type: PyroMessageType
    let flags: PyroFlags
    let sequence: UInt16
    let annotationBytes: Int
    /// Bytes of the whole message.
    let size: Int

    /// The head; `nil` until it is there. A peer that does not speak Pyro is found by its first wrong byte.
    init?(
        _ bytes: UnsafeRawBufferPointer, _ expected: [PyroMessageType], _ limits: PyroMessageLimits
    ) throws(PyroWireError) {
        for (byte, wanted) in zip(bytes.prefix(4), "PYRO".utf8) where byte != wanted { throw .notPyro }
        func number(_ place: Int) -> UInt16 {
            bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self).bigEndian
        }
        guard bytes.count >= 6 else { return nil }
        guard number(4) == PyroMessage.version else { throw .version(number(4)) }
        guard bytes.count >= PyroMessage.headSize else { return nil }
        guard number(38) == PyroMessage.magic else { throw .magic(number(38)) }
        let payloadBytes = Int(bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self).bigEndian)
        annotationBytes = Int(bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self).bigEndian)
        guard payloadBytes + annotationBytes <= limits.messageBytes else {
            throw .tooLarge(payloadBytes + annotationBytes, limit: limits.messageBytes)
        }
        guard let type = PyroMessageType(rawValue: bytes[6]), expected.contains(type) else {
            throw .type(bytes[6], expected: expected)
        }
        self.type = type
        flags = PyroFlags(rawValue: number(8))
        sequence = number(10)
        size = PyroMessage.headSize + annotationBytes + payloadBytes
    }
}
