package import BigInt

/// The notes' example of a request that computes: a line with an integer is answered with its prime factors.
///
///     client:  12\n
///     server:  12: 2 2 3\n        or        error: REASON\n
public struct Factor: Service {
    /// Digits of an integer.
    public static let digits = 80

    /// The service.
    public init() {}

    /// Cuts after every line.
    public func framing() -> any RequestFraming { LineFraming() }

    /// The line with the factors.
    ///
    /// - Throws: a description of what is no number, or has no factor that can be found.
    public func handle(_ request: [UInt8], from peer: Peer) throws -> Answer {
        let text = String(decoding: request, as: UTF8.self)
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), text.utf8.count <= Self.digits,
            let number = BigUInt(text), number > 0
        else { throw FactorError.notANumber }
        let factors = try PrimeFactors(of: number)
        let line = "\(number):" + factors.primes.map { " \($0)" }.joined() + "\n"
        return .ready(Array(line.utf8))
    }

    /// A line with the reason.
    public func failure(_ reason: String) -> [UInt8] { Array("error: \(reason)\n".utf8) }
}

/// An integer has no answer.
package enum FactorError: Error, CustomStringConvertible {
    case notANumber
    case tooHard(BigUInt, steps: Int)

    package var description: String {
        switch self {
        case .notANumber: "a request is a line with an integer over 0 of at most \(Factor.digits) digits"
        case .tooHard(let number, let steps):
            "\(number) has no factor that could be found in \(steps) steps of Pollard's method; take a smaller one"
        }
    }
}

private final class LineFraming: RequestFraming {
    private var input = InputBytes()
    private var isEnded = false

    func append(_ piece: UnsafeRawBufferPointer) { input.append(piece) }
    func end() { isEnded = true }

    func next() -> FramingStep {
        // One over the digits, for a carriage return.
        if let end = input.firstIndex(of: UInt8(ascii: "\n"), within: Factor.digits + 2) {
            let line = (input.take(end + 1) ?? []).dropLast()
            return .request(Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line))
        }
        guard input.count <= Factor.digits + 1 else {
            return .refused(Array("error: a line has at most \(Factor.digits) digits\n".utf8))
        }
        return isEnded ? .finished : .needsMore
    }
}
