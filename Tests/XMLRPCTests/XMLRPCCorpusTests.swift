import Foundation
import Testing
import XMLRPC

/// The inputs that fuzzing began with and found (script/fuzz), as a plain test. A name says what becomes of the document:
/// `call-...`, `answer-...`, or `badNUMBER-...` with the number of the fault.
struct XMLRPCCorpusTests {
    @Test func `every input of the fuzzing corpus is read, or refused with the fault that its name tells`() throws {
        let folder = try #require(Bundle.module.url(forResource: "Corpus", withExtension: nil))
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.count >= 40)
        for file in files {
            let name = file.lastPathComponent
            let document = Array(try Data(contentsOf: file))
            switch name.prefix(while: { $0 != "-" }) {
            case "call":
                let request = try XMLRPCRequest(decoding: document)
                #expect(try XMLRPCRequest(decoding: request.encoded()) == request, "\(name)")
            case "answer":
                let response = try XMLRPCResponse(decoding: document)
                #expect(try XMLRPCResponse(decoding: response.encoded()) == response, "\(name)")
            case let bad:
                let code = try #require(Int32(bad.dropFirst(3)), "\(name)")
                #expect([refusal(ofCall: document), refusal(ofAnswer: document)].contains(-code), "\(name)")
                #expect(refusal(ofCall: document) != nil && refusal(ofAnswer: document) != nil, "\(name)")
            }
        }
    }
}
