import Foundation
import PyroWire
import Testing

/// The inputs that fuzzing begins with and found (script/fuzz), as a plain test. The first byte says what the rest is: a
/// serializer's number, or anything else for messages in pieces. A name with `bad-` is of what is refused.
struct PyroWireCorpusTests {
    @Test func `every input of the fuzzing corpus is read or refused, as its name tells`() throws {
        let folder = try #require(Bundle.module.url(forResource: "Corpus", withExtension: nil))
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.count >= 30)
        for file in files {
            let input = Array(try Data(contentsOf: file))
            let isBad = file.lastPathComponent.hasPrefix("bad-")
            #expect(Self.isRead(input) == !isBad, "\(file.lastPathComponent)")
        }
    }

    private static func isRead(_ input: [UInt8]) -> Bool {
        guard let first = input.first else { return false }
        let rest = Array(input.dropFirst())
        if let serializer = PyroSerializer(rawValue: first) { return serializer.refusal(rest) == nil }
        var reader = PyroMessageReader()
        reader.append(rest)
        return (try? reader.next()) != nil
    }
}
