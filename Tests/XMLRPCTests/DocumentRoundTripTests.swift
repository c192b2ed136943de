import Foundation
import Testing
import XMLRPC
import SeededRandom

struct DocumentRoundTripTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `what is written is read as the same`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let value = random.value(depth: 5)
            #expect(
                try XMLRPCResponse(decoding: XMLRPCResponse.value(value).encoded()) == .value(value), "seed \(seed)")
            let request = XMLRPCRequest(methodName: "a.b", parameters: [value, random.value(depth: 2)])
            #expect(try XMLRPCRequest(decoding: request.encoded()) == request, "seed \(seed)")
            let fault = XMLRPCFault(code: .random(in: .min ... .max, using: &random), string: random.text(upTo: 30))
            #expect(
                try XMLRPCResponse(decoding: XMLRPCResponse.fault(fault).encoded()) == .fault(fault), "seed \(seed)")
        }
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `a double is written without an exponent, and the C library reads the same number`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let edges = [
            0, -0.0, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, 1e15, 1e16, 1e17,
            9_007_199_254_740_992,
            0.1, 1e-5,
        ]
        for double in edges + (0..<2_000).map({ _ in random.double() }) {
            let document = String(decoding: try XMLRPCResponse.value(.double(double)).encoded(), as: UTF8.self)
            let start = try #require(document.range(of: "<double>")).upperBound
            let written = document[start...].prefix { $0 != "<" }
            #expect(written.allSatisfy { "-.0123456789".contains($0) }, "seed \(seed): \(written)")
            #expect(strtod(String(written), nil).bitPattern == double.bitPattern, "seed \(seed): \(written)")
            guard case .value(.double(let read)) = try XMLRPCResponse(decoding: Array(document.utf8)) else {
                return #expect(Bool(false), "seed \(seed): \(written)")
            }
            #expect(read.bitPattern == double.bitPattern, "seed \(seed): \(written)")
        }
    }
}
