import Foundation
import PyroWire
import Testing

/// Every limit of a document, driven past its edge.
struct DataLimitTests {
    private static let brackets: [(PyroSerializer, open: [UInt8], close: [UInt8])] = [
        (.serpent, [0x5B], [0x5D]), (.serpent, Array("(".utf8), Array(",)".utf8)),
        (.serpent, Array("{1:".utf8), [0x7D]),
        (.json, [0x5B], [0x5D]), (.json, Array("{\"a\":".utf8), [0x7D]), (.msgpack, [0x91], []),
        (.msgpack, [0x81, 0xA1, 0x61], []),
    ]

    private static func nested(_ levels: Int, _ open: [UInt8], _ close: [UInt8]) -> [UInt8] {
        [[UInt8]](repeating: open, count: levels).flatMap(\.self) + [0x31]
            + [[UInt8]](repeating: close, count: levels).flatMap(\.self)
    }

    @Test(arguments: brackets.indices)
    func `200 levels are read and written, the next one is refused`(index: Int) throws {
        let (serializer, open, close) = Self.brackets[index]
        let value = try serializer.decode(Self.nested(200, open, close))
        #expect(try serializer.decode(try serializer.encode(value)) == value)
        #expect(serializer.refusal(Self.nested(201, open, close))?.reason == .limit)
        #expect(throws: PyroDataError.self) { try serializer.encode([value]) }
        #expect(
            serializer.refusal(Self.nested(4, open, close), limits: PyroDataLimits(depth: 3, values: 100, bytes: 100))?
                .reason == .limit)
    }

    private struct Tree: Codable {
        var children: [Tree]

        /// Two containers a level.
        static func value(levels: Int) -> PyroValue {
            (1..<levels).reduce(["children": []]) { value, _ in ["children": [value]] }
        }
    }

    @Test func `a thread with a small stack takes the deepest value, and refuses a deeper one`() async throws {
        let refused = await withCheckedContinuation { continuation in
            let thread = Thread {
                var refused = 0
                for (serializer, open, close) in Self.brackets {
                    if serializer.refusal(Self.nested(10_000, open, close)) != nil { refused += 1 }
                    // Compared, hashed, shown, written, taken apart: all of it goes from level to level.
                    if let value = try? serializer.decode(Self.nested(200, open, close)) {
                        precondition(value == value && value.hashValue == value.hashValue && !value.description.isEmpty)
                        precondition((try? PyroValueEncoder().encode(value)) == value)
                        precondition((try? serializer.encode(value)) != nil)
                        let deepest = Tree.value(levels: 100)
                        let tree = try? PyroValueDecoder().decode(Tree.self, from: deepest)
                        precondition((try? PyroValueEncoder().encode(tree)) == deepest)
                    }
                }
                continuation.resume(returning: refused)
            }
            thread.stackSize = 512 << 10
            thread.start()
        }
        #expect(refused == Self.brackets.count)
    }

    @Test(arguments: [
        (PyroSerializer.serpent, "[1,1,1]"), (.serpent, "{1:1,2:()}"), (.json, "[1,1,1]"),
        (.msgpack, "\u{13}\u{1}\u{1}\u{1}"),
    ])
    func `no more values are read than the limit`(serializer: PyroSerializer, text: String) {
        var document = Array(text.utf8)
        if serializer == .msgpack { document[0] = 0x93 }
        let values = text.hasPrefix("{") ? 5 : 4
        #expect(serializer.refusal(document, limits: PyroDataLimits(depth: 9, values: values, bytes: 100)) == nil)
        #expect(
            serializer.refusal(document, limits: PyroDataLimits(depth: 9, values: values - 1, bytes: 100))?.reason
                == .limit)
    }

    @Test func `no document is read that is larger than the limit`() {
        let limits = PyroDataLimits(depth: 9, values: 9, bytes: 4)
        #expect(PyroSerializer.serpent.refusal(Array("1000".utf8), limits: limits) == nil)
        #expect(PyroSerializer.serpent.refusal(Array("10000".utf8), limits: limits)?.reason == .limit)
    }

    @Test(arguments: [("", 4300, 4301), ("-", 4300, 4301), ("0x", 3583, 3584), ("0b", 14333, 14334)])
    func `a whole number has no more digits than Python reads`(prefix: String, most: Int, tooMany: Int) throws {
        func text(_ count: Int) -> [UInt8] { Array((prefix + String(repeating: "1", count: count)).utf8) }
        // Python counts the decimal digits; the limit of another base is a little below.
        if prefix.count < 2 { #expect(PyroSerializer.serpent.refusal(text(most)) == nil) }
        #expect(PyroSerializer.serpent.refusal(text(tooMany))?.reason == .limit)
    }

    @Test func `long numbers and texts cost time by their length`() throws {
        let digits = Array("1.".utf8) + [UInt8](repeating: 0x31, count: 4 << 20)
        #expect(try PyroSerializer.serpent.decode(digits) == .float(1.0 / 9 + 1))
        let escapes = [0x27] + [UInt8](repeating: 0x5C, count: 4 << 20) + [0x27]
        #expect(try PyroSerializer.serpent.decode(escapes).asText?.utf8.count == 2 << 20)
        let adjacent = (0..<100_000).flatMap { _ in Array("'a' ".utf8) }
        #expect(try PyroSerializer.serpent.decode(adjacent).asText?.utf8.count == 100_000)
    }
}
