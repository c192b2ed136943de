/// The service of figures 4.3 and 4.4: one byte says that the client is served; then the server waits until the client sends
/// something or leaves.
public struct Hold: Service {
    /// The service.
    public init() {}

    /// The byte that says that the client is served.
    public var greeting: [UInt8] { [UInt8(ascii: "1")] }

    /// Anything that comes is the end.
    public func framing() -> any RequestFraming { HoldFraming() }

    /// Never called: nothing that comes is a request.
    public func handle(_ request: [UInt8], from peer: Peer) throws -> Answer { .ready([]) }

    /// Never sent.
    public func failure(_ reason: String) -> [UInt8] { [] }
}

private final class HoldFraming: RequestFraming {
    private var isOver = false

    func append(_ bytes: UnsafeRawBufferPointer) { isOver = true }
    func end() { isOver = true }
    func next() -> FramingStep { isOver ? .finished : .needsMore }
}
