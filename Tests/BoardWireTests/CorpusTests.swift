import BoardWire
import Foundation
import Testing

/// The inputs that fuzzing began with and found (script/fuzz), as a plain test.
struct CorpusTests {
    @Test func `every input of the fuzzing corpus is read or refused`() throws {
        let folder = try #require(Bundle.module.url(forResource: "Corpus", withExtension: nil))
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.count >= 20)
        for file in files {
            let bytes = Array(try Data(contentsOf: file))
            if let request = try? BoardRequest(decoding: bytes) {
                #expect((try? BoardRequest(decoding: request.encoded())) == request, "\(file.lastPathComponent)")
            }
            var reader = AnswerReader()
            _ = try? reader.take(bytes)
            _ = try? reader.finish()
            _ = try? SessionRequest(decoding: bytes.span)
            _ = SessionAnswer(decoding: bytes.span)
            _ = try? LiveRequest(decoding: bytes[...])
            _ = try? LiveAnswer(decoding: bytes[...])
            _ = Announcement(bytes)
        }
    }
}
