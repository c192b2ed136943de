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
    return 0
}
