/// The notes' heavy request: a fixed size of 36 bytes (a UUID in text), answered with itself after a delay.
public struct EchoAfter: Service {
    /// Bytes of a request, and of its answer.
    public static let size = 36

    private let delay: Duration

    /// - Parameter delay: how long a request takes.
    public init(delay: Duration = .zero) {
        self.delay = delay
    }

    /// Cuts after every 36 bytes.
    public func framing() -> any RequestFraming { EchoFraming() }

    /// The request itself, after the delay.
    public func handle(_ request: [UInt8], from peer: Peer) throws -> Answer {
        delay == .zero ? .ready(request) : .delayed(request, by: delay)
    }

    /// A text of the size of an answer: clients count bytes.
    public func failure(_ reason: String) -> [UInt8] {
        let text = Array("error: this request was not handled".utf8)
        return text + [UInt8](repeating: UInt8(ascii: " "), count: Self.size - text.count)
    }
}

private final class EchoFraming: RequestFraming {
    private var input = InputBytes()
    private var isEnded = false

    func append(_ piece: UnsafeRawBufferPointer) { input.append(piece) }
    func end() { isEnded = true }

    func next() -> FramingStep {
        guard let request = input.take(EchoAfter.size) else { return isEnded ? .finished : .needsMore }
        return .request(request)
    }
}
