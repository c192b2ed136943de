package import NIOCore
import SeededRandom

/// A request, and the one answer to it that is right.
package struct Exchange: Sendable {
    package let request: ByteBuffer
    /// Empty where any byte will do: the greeting of `hold`.
    package let answer: [UInt8]

    /// How what has come compares with the answer.
    package enum Verdict: Sendable, Hashable {
        case part
        case whole
        case wrong
        /// An error, which all services begin alike.
        case failed
    }

    private static let errorPrefix = Array("error: ".utf8)

    /// Compares the next bytes of an answer.
    ///
    /// - Parameter offset: bytes of the answer that came before; counted on.
    package func compare(_ bytes: UnsafeRawBufferPointer, offset: inout Int) -> Verdict {
        guard !answer.isEmpty else { return .whole }
        if offset == 0, bytes.starts(with: Self.errorPrefix) { return .failed }
        guard bytes.count <= answer.count - offset else { return .wrong }
        let isEqual = answer.withUnsafeBytes { answer in
            bytes.elementsEqual(UnsafeRawBufferPointer(rebasing: answer[offset..<offset + bytes.count]))
        }
        guard isEqual else { return .wrong }
        offset += bytes.count
        return offset == answer.count ? .whole : .part
    }
}

extension ServiceName {
    /// Different requests of one run. A client begins at a place of its own and goes round, so that neighbours ask for different things,
    /// and an answer that goes to the wrong client is seen.
    private static let variety = 1_024
    /// Bits of each prime of `factor`: over the 16 of trial division, and such that a request takes about a millisecond.
    private static let primeBits = 30

    /// The requests of a run, made before it starts; at least one.
    package func exchanges(seed: UInt64) -> [Exchange] {
        var generator = SeededGenerator(seed: ~seed)
        switch self {
        case .hold: return [Exchange(request: ByteBuffer(), answer: [])]
        case .echoAfter:
            return (0..<Self.variety).map { _ in
                let text = Self.uuid(from: &generator)
                return Exchange(request: ByteBuffer(bytes: text), answer: text)
            }
        case .factor:
            return (0..<Self.variety).map { _ in
                let primes = [Self.prime(from: &generator), Self.prime(from: &generator)].sorted()
                let product = UInt64(primes[0]) * UInt64(primes[1])
                return Exchange(
                    request: ByteBuffer(string: "\(product)\n"),
                    answer: Array("\(product): \(primes[0]) \(primes[1])\n".utf8))
            }
        }
    }

    /// A UUID's text (RFC 9562, version 4): 36 bytes.
    private static func uuid(from generator: inout SeededGenerator) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        let high = generator.next() & ~0xF000 | 0x4000
        let low = generator.next() & ~(3 << 62) | 1 << 63
        var text: [UInt8] = []
        for place in 0..<32 {
            if [8, 12, 16, 20].contains(place) { text.append(UInt8(ascii: "-")) }
            let half = place < 16 ? high : low
            text.append(digits[Int(half >> (60 - 4 * UInt64(place % 16)) & 15)])
        }
        return text
    }

    /// A prime of exactly ``primeBits`` bits.
    private static func prime(from generator: inout SeededGenerator) -> UInt32 {
        while true {
            let number = UInt32.random(in: 1 << (primeBits - 1)..<1 << primeBits, using: &generator) | 1
            var divisor: UInt32 = 3
            while divisor * divisor <= number, number % divisor != 0 { divisor += 2 }
            if divisor * divisor > number { return number }
        }
    }
}
