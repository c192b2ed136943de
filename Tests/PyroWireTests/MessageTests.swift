import PyroWire
import Testing

/// Sections 1 to 4 of the protocol: messages, flags, the handshake and its refusals.
struct MessageTests {
    /// A CONNECT as Pyro5's client sent it.
    private static let connect =
        hex("5059524f 01f6 01 01 0000 0000 00000040 00000000 00000000000000000000000000000000 0000 4dc5")
        + Array("# serpent utf-8 python3.2\n{'handshake':'hello','object':'thing'}".utf8)

    private static func read(_ bytes: [UInt8], _ limits: PyroMessageLimits = PyroMessageLimits()) throws(PyroWireError)
        -> PyroMessage?
    {
        var reader = PyroMessageReader(limits: limits)
        reader.append(bytes)
        return try reader.next()
    }

    private static func refusal(_ bytes: [UInt8], _ limits: PyroMessageLimits = PyroMessageLimits()) -> PyroWireError? {
        do throws(PyroWireError) {
            _ = try read(bytes, limits)
            return nil
        } catch {
            return error
        }
    }

    @Test func `the CONNECT of Pyro5's client is read, and written as it was`() throws {
        let message = try #require(try Self.read(Self.connect))
        #expect(
            message.type == .connect && message.serializer == 1 && message.flags == [] && message.correlation == nil)
        let connect = try PyroConnect(payload: message.payload, serializer: .serpent)
        #expect(connect == PyroConnect(handshake: "hello", object: "thing"))
        #expect(message.encoded() == Self.connect)
        #expect(try connect.payload(.serpent) == message.payload)
    }

    @Test func `every field of the head has its place`() {
        let message = PyroMessage(
            .result, serializer: .json, flags: [.exception, .itemStreamResult, .correlationID], sequence: 0x0102,
            correlation: Array(1...16),
            annotations: [PyroAnnotation(id: "STRM", data: [0xAA, 0xBB])], payload: [0xCC])
        #expect(
            message.encoded()
                == hex(
                    "5059524f 01f6 05 03 0051 0102 00000001 0000000a 0102030405060708090a0b0c0d0e0f10 0000 4dc5 5354524d 00000002 aabb cc"
                ))
        #expect(message.streamID == nil)  // no UTF-8
    }

    @Test func `what the head reserves is not looked at`() throws {
        var bytes = Self.connect
        bytes[0x24] = 77
        bytes[0x14] = 9  // a correlation id without its flag
        #expect(try Self.read(bytes)?.correlation == nil)
    }

    @Test(
        arguments: [
            ("GET / HTTP/1.1\r\n", 1, "invalid data"), ("PYR0", 4, "invalid data"), ("PYRO\u{1}", 5, nil),
            ("PYRO\u{1}\u{75}", 6, "invalid protocol version: 373"),
        ] as [(String, Int, String?)])
    func `a peer that does not speak Pyro is refused by its first wrong byte`(
        sent: String, bytes: Int, refusal: String?
    ) {
        #expect(Self.refusal(Array(sent.utf8.prefix(bytes)))?.refusal == refusal)
        #expect(Self.refusal(Array(sent.utf8.prefix(bytes - 1))) == nil)
    }

    @Test(
        arguments: [
            (4, 0x01F5, "invalid protocol version: 501"), (38, 0x4DC4, "invalid message or protocol version"),
            (6, 0x0401, "invalid msg type 4 received (expected: 1)"),
            (6, 0x0001, "invalid msg type 0 received (expected: 1)"),
            (6, 0x0701, "invalid msg type 7 received (expected: 1)"),
            (12, 0x8000, "message too large (2147483712, max=8388608)"),
            (16, 0x0080, "message too large (8388672, max=8388608)"),
        ] as [(Int, UInt16, String)])
    func `a wrong head is refused in Pyro5's words when it is there, and from then on`(
        place: Int, value: UInt16, refusal: String
    ) throws {
        var bytes = Array(Self.connect.prefix(40))
        bytes[place] = UInt8(value >> 8)
        bytes[place + 1] = UInt8(value & 0xFF)
        var reader = PyroMessageReader(expected: [.connect])
        reader.append(bytes)
        #expect(throws: PyroWireError.self) { try reader.next() }
        reader.append(Self.connect)
        #expect(reader.heldBytes == 0)
        do throws(PyroWireError) {
            _ = try reader.next()
            Issue.record("a message after a failure")
        } catch {
            #expect(error.refusal == refusal)
        }
    }

    @Test func `the types that are taken can change from message to message`() throws {
        let ping = PyroMessage(.ping, serializer: 42, payload: Array("ping".utf8))
        var reader = PyroMessageReader(expected: [.connect])
        reader.append(Self.connect + ping.encoded())
        #expect(try reader.next()?.type == .connect)
        reader.expected = [.invoke, .ping]
        #expect(try reader.next() == ping)
        #expect(ping.pong == PyroMessage(.ping, serializer: 42, payload: Array("pong".utf8)))
        reader.append(Self.connect)
        do throws(PyroWireError) {
            _ = try reader.next()
        } catch {
            #expect(error.refusal == "invalid msg type 1 received (expected: 4,6)")
        }
    }

    @Test func `a refusal goes in marshal`() throws {
        let message = PyroMessage.refusal("unknown object", sequence: 3)
        #expect(message.type == .connectFail && message.serializer == 2 && message.sequence == 3)
        #expect(message.payload == hex("7a0e") + Array("unknown object".utf8))
        #expect(try message.value() == "unknown object")
        #expect(throws: PyroDataError.self) { try PyroMessage(.ping, serializer: 42).value() }
    }

    @Test func `a message of the limit is taken, one byte more is not`() throws {
        let limits = PyroMessageLimits(messageBytes: 30, inflatedBytes: 30, annotations: 2)
        func message(_ bytes: Int, _ annotations: Int) -> [UInt8] {
            PyroMessage(
                .ping, serializer: 1, annotations: (0..<annotations).map { _ in PyroAnnotation(id: "ABCD", data: [1]) },
                payload: [UInt8](repeating: 0, count: bytes)
            ).encoded()
        }
        #expect(Self.refusal(message(30, 0), limits) == nil)
        #expect(Self.refusal(message(31, 0), limits) == .tooLarge(31, limit: 30))
        #expect(Self.refusal(message(12, 2), limits) == nil)
        #expect(Self.refusal(message(13, 2), limits) == .tooLarge(31, limit: 30))
        #expect(Self.refusal(message(1, 3), limits) == .annotations("too many annotations (max=2)"))
    }

    @Test(arguments: [
        ("41424344 00000001", "annotation chunk length exceeds remaining data"),
        ("41424344 ffffffff ff", "annotation chunk length exceeds remaining data"),
        ("41424344 00000000 41", "annotation chunk head exceeds remaining data"),
        ("414243", "annotation chunk head exceeds remaining data"),
        ("414243ff 00000000", "annotation id is not ASCII"),
    ])
    func `annotations that do not add up are refused`(chunks: String, refusal: String) {
        let chunks = hex(chunks)
        var bytes = PyroMessage(.ping, serializer: 1).encoded() + chunks
        bytes[0x13] = UInt8(chunks.count)
        #expect(Self.refusal(bytes) == .annotations(refusal))
    }

    @Test func `a stream's id comes from its annotation`() throws {
        let message = PyroMessage(
            .result, serializer: .serpent, flags: [.exception, .itemStreamResult], annotations: [.stream("0000-1")])
        #expect(try Self.read(message.encoded())?.streamID == "0000-1")
        #expect(PyroMessage(.result, serializer: .serpent, annotations: [.stream("x")]).streamID == nil)
        #expect(PyroMessage(.result, serializer: .serpent, flags: .itemStreamResult).streamID == nil)
    }

    @Test func `a payload is compressed when that makes it smaller`() throws {
        let text = PyroMessage(.invoke, serializer: .serpent, payload: [UInt8](repeating: 97, count: 1000))
        #expect(text.encoded(compressing: true).count < 100)
        #expect(text.encoded(compressing: true)[9] == 2)
        #expect(try Self.read(text.encoded(compressing: true)) == text)
        for payload in [[UInt8](repeating: 97, count: 100), (0..<200).map { UInt8($0) }] {
            let message = PyroMessage(.invoke, serializer: .serpent, flags: .compressed, payload: payload)
            #expect(message.encoded(compressing: true).count == 40 + payload.count)
            #expect(message.encoded()[9] == 0)
        }
    }

    @Test func `an inflated payload of the limit is taken, a bomb is not`() throws {
        func message(_ count: Int) -> [UInt8] {
            PyroMessage(.invoke, serializer: .serpent, payload: [UInt8](repeating: 0, count: count)).encoded(
                compressing: true)
        }
        let limits = PyroMessageLimits(messageBytes: 100_000, inflatedBytes: 10_000, annotations: 0)
        #expect(Self.refusal(message(10_000), limits) == nil)
        #expect(Self.refusal(message(10_001), limits) == .inflated(limit: 10_000))
        #expect(Self.refusal(message(20_000_000), limits) == .inflated(limit: 10_000))
    }

    @Test(arguments: [
        "", "00", "789c", "789c4b4c04000249", "789c4b4c0200012600c4ff", "789c4b4c0200012600", "78bb0000000000",
        "ffffffffffff",
    ])
    func `what zlib did not make is refused`(payload: String) {
        var bytes = PyroMessage(.invoke, serializer: .serpent, payload: hex(payload)).encoded()
        bytes[9] = 2
        #expect(Self.refusal(bytes) == .compression)
    }

    @Test func `a reader that is fed byte by byte moves little, and keeps little`() throws {
        let message = PyroMessage(.invoke, serializer: .serpent, payload: [UInt8](repeating: 1, count: 200_000))
        let bytes = message.encoded()
        var reader = PyroMessageReader()
        for byte in bytes.dropLast() {
            reader.append([byte])
            #expect(try reader.next() == nil)
        }
        #expect(reader.heldBytes == bytes.count - 1)
        reader.append([1])
        #expect(try reader.next() == message)
        #expect(reader.heldBytes == 0)
    }
}
