import PyroWire

/// One input for the readers of Pyro5's protocol. The first byte says what the rest is: a serializer's number, or the size of the
/// pieces in which it comes as messages. It crashes, for libFuzzer to see, when what was read and can be written is not read as the
/// same again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPyroWire(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = input.first else { return 0 }
    let rest = Array(input.dropFirst())
    if let serializer = PyroSerializer(rawValue: first) {
        checkDocument(rest, serializer)
    } else {
        checkMessages(rest, piece: Int(first) + 1)
    }
    return 0
}

private func checkDocument(_ document: [UInt8], _ serializer: PyroSerializer) {
    guard let value = try? serializer.decode(document) else { return }
    for other in PyroSerializer.allCases {
        // What cannot be told to Python is refused.
        guard let written = try? other.encode(value) else { continue }
        guard let again = try? other.decode(written) else { fatalError("\(other) does not read what it wrote") }
        if other == .serpent || other == serializer {
            guard isSame(value, again) else { fatalError("\(other) does not bring a value back") }
        }
    }
    checkObjects(value)
    guard let call = try? PyroCall(payload: document, serializer: serializer) else { return }
    _ = call.calls
    if let payload = try? call.payload(serializer) {
        guard let again = try? PyroCall(payload: payload, serializer: serializer), again.method == call.method else {
            fatalError("a call does not come back")
        }
    }
}

private func checkObjects(_ value: PyroValue) {
    if let uri = PyroURI(value), PyroURI(uri.value()) == nil { fatalError("a URI does not come back") }
    if let reference = PyroReference(value), PyroReference(reference.value()) == nil {
        fatalError("a reference does not come back")
    }
    if let exception = PyroException(value), PyroException(exception.value()) == nil {
        fatalError("an exception does not come back")
    }
    guard let coded = try? PyroValueEncoder().encode(value), isSame(coded, value) else {
        fatalError("the coder changes a value")
    }
    _ = try? PyroValueDecoder().decode([String: [Int?]].self, from: value)
    _ = try? PyroValueDecoder().decode([[UInt8]].self, from: value)
    _ = value.hashValue
}

/// Equal, but for what the literals of a set and of a complex number leave out: an empty set is a tuple, -0.0 is 0.0.
private func isSame(_ left: PyroValue, _ right: PyroValue) -> Bool {
    switch (left, right) {
    case (.float(let left), .float(let right)): left.isNaN ? right.isNaN : left.bitPattern == right.bitPattern
    case (.complex(let a, let b), .complex(let c, let d)):
        (a == c || a.isNaN && c.isNaN) && (b == d || b.isNaN && d.isNaN)
    case (.tuple, .tuple), (.list, .list), (.set, .set), (.set, .tuple), (.tuple, .list), (.set, .list):
        left.asItems!.count == right.asItems!.count && zip(left.asItems!, right.asItems!).allSatisfy(isSame)
    case (.dict(let left), .dict(let right)):
        left.count == right.count
            && zip(left, right).allSatisfy { isSame($0.key, $1.key) && isSame($0.value, $1.value) }
    default: left == right
    }
}

private func checkMessages(_ bytes: [UInt8], piece: Int) {
    let limits = PyroMessageLimits(messageBytes: 2000, inflatedBytes: 10_000, annotations: 3)
    var reader = PyroMessageReader(limits: limits)
    var whole = PyroMessageReader(limits: limits)
    whole.append(bytes)
    var place = 0
    do throws(PyroWireError) {
        while place < bytes.count {
            let end = min(bytes.count, place + piece)
            reader.append(Array(bytes[place..<end]))
            place = end
            while let message = try reader.next() {
                guard try whole.next() == message else { fatalError("pieces make another message") }
                checkMessage(message)
            }
            guard reader.heldBytes <= limits.messageBytes + PyroMessage.headSize else { fatalError("held too much") }
        }
    } catch {
        _ = error.refusal
    }
}

private func checkMessage(_ message: PyroMessage) {
    for isCompressing in [false, true] {
        var reader = PyroMessageReader()
        reader.append(message.encoded(compressing: isCompressing))
        guard let again = try? reader.next(), again == message else { fatalError("a message does not come back") }
    }
    _ = message.streamID
}
