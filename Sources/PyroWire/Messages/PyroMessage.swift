// One message on the wire: 40 bytes of head, annotations, payload. Numbers are big-endian.
//
//   offset  size
//   0x00    4     "PYRO"
//   0x04    2     protocol version, 502
//   0x06    1     type: 1 CONNECT, 2 CONNECTOK, 3 CONNECTFAIL, 4 INVOKE, 5 RESULT, 6 PING
//   0x07    1     serializer: 1 serpent, 2 marshal, 3 json, 4 msgpack; anything in a PING
//   0x08    2     flags
//   0x0a    2     sequence number
//   0x0c    4     bytes of payload, as sent
//   0x10    4     bytes of annotations, the heads of their chunks counted
//   0x14    16    correlation id; zeros without flag 0x40
//   0x24    2     0, not looked at
//   0x26    2     0x4dc5
//   0x28          chunks of 4 ASCII characters, 4 bytes of length, data
//                 payload; zlib with flag 0x02

/// What a message is for.
public enum PyroMessageType: UInt8, Sendable, Hashable, CaseIterable {
    /// The client's first message: who it is and which object it wants, see ``PyroConnect``.
    case connect = 1
    /// The server takes it, see ``PyroConnected``.
    case connectOK = 2
    /// The server does not, says why in a text and closes.
    case connectFail = 3
    /// A call, see ``PyroCall``.
    case invoke = 4
    /// Its result: a value, or an exception with ``PyroFlags/exception``.
    case result = 5
    /// Asks for a sign of life, and is one: `ping` and `pong` are never read.
    case ping = 6
}

/// The marks of a message.
public struct PyroFlags: OptionSet, Sendable, Hashable {
    /// The bits as sent.
    public var rawValue: UInt16

    /// Flags.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// A result's payload is an exception, see ``PyroException``.
    public static let exception = PyroFlags(rawValue: 1)
    /// The payload is compressed. A message that was read never has it: its payload is inflated.
    public static let compressed = PyroFlags(rawValue: 1 << 1)
    /// Nobody waits for a result, and none is sent: not even an error.
    public static let oneway = PyroFlags(rawValue: 1 << 2)
    /// Several calls in one, and the list of their results.
    public static let batch = PyroFlags(rawValue: 1 << 3)
    /// The result is fetched item by item from the stream that the annotation `STRM` names.
    public static let itemStreamResult = PyroFlags(rawValue: 1 << 4)
    /// The arguments are to be passed on unread.
    public static let keepSerialized = PyroFlags(rawValue: 1 << 5)
    /// The head has a correlation id. Writing sets it by ``PyroMessage/correlation``.
    public static let correlationID = PyroFlags(rawValue: 1 << 6)
}

/// Something that goes beside a message's payload.
public struct PyroAnnotation: Sendable, Hashable {
    /// Four ASCII characters.
    public var id: String
    /// Anything; it is never compressed.
    public var data: [UInt8]

    /// An annotation. The id has to be four ASCII characters.
    public init(id: String, data: [UInt8]) {
        precondition(id.utf8.count == 4 && id.utf8.allSatisfy { $0 < 0x80 }, "an annotation's id is 4 ASCII characters")
        self.id = id
        self.data = data
    }

    /// The annotation that names the stream a result is fetched from.
    public static func stream(_ id: String) -> PyroAnnotation { PyroAnnotation(id: "STRM", data: Array(id.utf8)) }
}

/// One message of Pyro5's protocol.
public struct PyroMessage: Sendable, Hashable {
    /// What it is for.
    public var type: PyroMessageType
    /// How the payload is written; not always a ``PyroSerializer``: a ping has 42.
    public var serializer: UInt8
    /// Its marks.
    public var flags: PyroFlags
    /// A result has that of its call.
    public var sequence: UInt16
    /// 16 bytes that go from a call to all that it causes.
    public var correlation: [UInt8]?
    /// What goes beside the payload.
    public var annotations: [PyroAnnotation]
    /// The document, inflated.
    public var payload: [UInt8]

    /// A message.
    public init(
        _ type: PyroMessageType, serializer: UInt8, flags: PyroFlags = [], sequence: UInt16 = 0,
        correlation: [UInt8]? = nil, annotations: [PyroAnnotation] = [], payload: [UInt8] = []
    ) {
        self.type = type
        self.serializer = serializer
        self.flags = flags
        self.sequence = sequence
        self.correlation = correlation
        self.annotations = annotations
        self.payload = payload
    }

    /// A message in one of the serializers.
    public init(
        _ type: PyroMessageType, serializer: PyroSerializer, flags: PyroFlags = [], sequence: UInt16 = 0,
        correlation: [UInt8]? = nil, annotations: [PyroAnnotation] = [], payload: [UInt8] = []
    ) {
        self.init(
            type, serializer: serializer.rawValue, flags: flags, sequence: sequence, correlation: correlation,
            annotations: annotations, payload: payload)
    }

    /// The CONNECTFAIL of a connection whose serializer is not known yet: the text goes in marshal.
    public static func refusal(_ text: String, sequence: UInt16 = 0) -> PyroMessage {
        PyroMessage(
            .connectFail, serializer: .marshal, sequence: sequence, payload: PyroMarshal.encode(text))
    }

    /// The payload's value; an exception is one too, see ``PyroException``.
    public func value(limits: PyroDataLimits = PyroDataLimits()) throws(PyroDataError) -> PyroValue {
        guard let known = PyroSerializer(rawValue: serializer) else {
            throw PyroDataError(.unsupported, "serializer \(serializer), which Pyro5 does not have")
        }
        return try known.decode(payload, limits: limits)
    }

    /// The answer to this ping.
    public var pong: PyroMessage {
        PyroMessage(.ping, serializer: serializer, sequence: sequence, payload: Array("pong".utf8))
    }

    /// The id of the stream that the result is fetched from; `nil` without one.
    public var streamID: String? {
        guard flags.contains(.itemStreamResult), let annotation = annotations.last(where: { $0.id == "STRM" }) else {
            return nil
        }
        return String(validating: annotation.data, as: UTF8.self)
    }

    /// Bytes of every message before its annotations.
    public static let headSize = 40
    static let version: UInt16 = 502
    static let magic: UInt16 = 0x4DC5
    /// Payloads up to this size are not worth compressing.
    static let leastCompressed = 100

    private static let emptyHead: [UInt8] =
        Array("PYRO".utf8) + [0x01, 0xF6] + [UInt8](repeating: 0, count: 32) + [0x4D, 0xC5]

    /// The message as sent.
    ///
    /// - Parameter compressing: whether a payload over 100 bytes is compressed, if that makes it smaller.
    public func encoded(compressing: Bool = false) -> [UInt8] {
        var output: [UInt8] = []
        append(to: &output, compressing: compressing)
        return output
    }

    /// Appends the message as sent, see ``encoded(compressing:)``.
    public func append(to output: inout [UInt8], compressing: Bool = false) {
        var flags = self.flags.subtracting([.compressed, .correlationID])
        var payload = self.payload
        if compressing, payload.count > Self.leastCompressed, let smaller = Zlib.deflated(payload) {
            payload = smaller
            flags.insert(.compressed)
        }
        if correlation != nil { flags.insert(.correlationID) }
        let annotationBytes = annotations.reduce(0) { $0 + 8 + $1.data.count }
        let start = output.count
        if start == 0 { output.reserveCapacity(Self.headSize + annotationBytes + payload.count) }
        output.append(contentsOf: Self.emptyHead)
        output.withUnsafeMutableBytes { bytes in
            let head = UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
            head[6] = type.rawValue
            head[7] = serializer
            head.storeBytes(of: flags.rawValue.bigEndian, toByteOffset: 8, as: UInt16.self)
            head.storeBytes(of: sequence.bigEndian, toByteOffset: 10, as: UInt16.self)
            head.storeBytes(of: UInt32(payload.count).bigEndian, toByteOffset: 12, as: UInt32.self)
            head.storeBytes(of: UInt32(annotationBytes).bigEndian, toByteOffset: 16, as: UInt32.self)
            if let correlation {
                for (place, byte) in correlation.prefix(16).enumerated() { head[20 + place] = byte }
            }
        }
        for annotation in annotations { Self.append(annotation, to: &output) }
        output.append(contentsOf: payload)
    }

    private static func append(_ annotation: PyroAnnotation, to output: inout [UInt8]) {
        output.append(contentsOf: annotation.id.utf8)
        for shift in [24, 16, 8, 0] { output.append(UInt8(truncatingIfNeeded: annotation.data.count >> shift)) }
        output.append(contentsOf: annotation.data)
    }
}
