import BoardWire
import MessageBoard

/// One input for the codec of the board's protocol, both directions. It crashes, for libFuzzer to see, when a request that
/// was read does not come back from its own encoding.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzBoardWire(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    if let request = try? BoardRequest(decoding: input) {
        guard let again = try? BoardRequest(decoding: request.encoded()), again == request else {
            fatalError("a request does not come back from its encoding")
        }
    }
    var whole = AnswerReader()
    let messages = try? whole.take(input)
    _ = try? whole.finish()
    // Cut anywhere, an answer gives the same records.
    var pieces = AnswerReader()
    let cut = count / 2
    if let first = try? pieces.take(Array(input[..<cut])), let second = try? pieces.take(Array(input[cut...])) {
        guard messages == nil || first + second == messages else { fatalError("an answer depends on how it was cut") }
    }
    _ = try? pieces.finish()
    session(input)
    live(input)
    if let announcement = Announcement(input) {
        guard Announcement(announcement.encoded()) != nil else { fatalError("an announcement cannot be read any more") }
    }
    return 0
}

/// Datagrams of sessions: the input cut at line ends, each given to a table that holds one session.
private func session(_ input: [UInt8]) {
    _ = SessionAnswer(decoding: input.span)
    let place = SessionPlace(address: SessionPlace.Address(high: 0, low: 1), port: 1)
    var limits = SessionLimits()
    limits.heldBytes = 1 << 16
    var table = SessionTable(limits: limits)
    _ = table.receive(Array("a?1".utf8), from: place, now: .zero, fresh: 1)
    for datagram in input.split(separator: 0x0A) {
        let reaction = table.receive(Array(datagram), from: place, now: .zero, fresh: 2)
        if case .carryOut(let id, _) = reaction { _ = table.finish(id, taken: true) }
        guard table.memory >= 0, table.memory <= limits.heldBytes else { fatalError("the blocks are over their bound") }
    }
}

/// The live protocol: requests come back from their encoding.
private func live(_ input: [UInt8]) {
    var framing = LiveFraming(limit: 1 << 10)
    framing.append(input)
    while let message = try? framing.next() {
        _ = try? LiveAnswer(decoding: message)
        guard let request = try? LiveRequest(decoding: message) else { continue }
        guard let again = try? LiveRequest(decoding: request.encoded().dropLast()), again == request else {
            fatalError("a live request does not come back from its encoding")
        }
    }
}
