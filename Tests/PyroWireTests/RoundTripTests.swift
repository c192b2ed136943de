import PyroWire
import Testing
import SeededRandom

struct RoundTripTests {
    private static let serializers: [PyroSerializer] = [.serpent, .json, .msgpack]

    @Test(arguments: serializers) func `random values come back as the serializer carries them`(
        serializer: PyroSerializer
    ) throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<3000 {
            let value = random.value(depth: 4)
            guard let carried = value.carried(by: serializer) else { continue }
            let document = try serializer.encode(value)
            #expect(try serializer.decode(document) == carried, "seed \(seed): \(value)")
        }
    }

    @Test(arguments: serializers) func `damaged documents are read or refused, and what is read can be told`(
        serializer: PyroSerializer
    ) throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<3000 {
            guard var document = try? serializer.encode(random.value(depth: 3)), !document.isEmpty else { continue }
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<document.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: document[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
                case 1: document.insert(UInt8.random(in: 0...255, using: &random), at: place)
                case 2: document[place] = Array("'\"\\()[]{},:#-+.eE0xjb".utf8).randomElement(using: &random) ?? 0
                default: document.removeSubrange(place..<min(document.count, place + 3))
                }
                if document.isEmpty { break }
            }
            guard let value = try? serializer.decode(document) else { continue }
            _ = value.description
            if let again = try? serializer.encode(value) {
                #expect(serializer.refusal(again) == nil, "seed \(seed): \(value)")
            }
        }
    }

    @Test func `random messages come back from any pieces`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let messages = (0..<Int.random(in: 1...4, using: &random)).map { _ in random.message() }
            let bytes = messages.flatMap { $0.encoded(compressing: Bool.random(using: &random)) }
            var reader = PyroMessageReader()
            var read: [PyroMessage] = []
            var place = 0
            while place < bytes.count {
                let end = min(bytes.count, place + Int.random(in: 1...100, using: &random))
                reader.append(Array(bytes[place..<end]))
                while let message = try reader.next() { read.append(message) }
                place = end
            }
            #expect(read == messages, "seed \(seed)")
            #expect(reader.heldBytes == 0)
        }
    }
}

extension SeededGenerator {
    mutating func message() -> PyroMessage {
        let annotations = (0..<Int.random(in: 0...3, using: &self)).map {
            PyroAnnotation(id: "ANN\($0)", data: bytes(upTo: 20))
        }
        let hasID = Bool.random(using: &self)
        let bits = UInt16.random(in: 0...63, using: &self) & ~PyroFlags.compressed.rawValue
        return PyroMessage(
            PyroMessageType.allCases.randomElement(using: &self) ?? .ping,
            serializer: UInt8.random(in: 0...255, using: &self),
            flags: hasID ? [PyroFlags(rawValue: bits), .correlationID] : PyroFlags(rawValue: bits),
            sequence: UInt16.random(in: 0...65535, using: &self),
            correlation: hasID ? (0..<16).map { _ in UInt8.random(in: 0...255, using: &self) } : nil,
            annotations: annotations,
            payload: Bool.random(using: &self)
                ? bytes(upTo: 300) : [UInt8](repeating: 97, count: Int.random(in: 0...5000, using: &self)))
    }
}
