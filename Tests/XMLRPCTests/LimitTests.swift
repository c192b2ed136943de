import Testing
import XMLRPC

/// Each limit at its edge and past it.
struct LimitTests {
    private func limits(_ change: (inout XMLRPCLimits) -> Void) -> XMLRPCLimits {
        var limits = XMLRPCLimits()
        change(&limits)
        return limits
    }

    private func expectRefusal(_ document: [UInt8], naming name: String, _ limits: XMLRPCLimits) {
        let error = #expect(throws: XMLRPCDocumentError.self) { try XMLRPCResponse(decoding: document, limits: limits) }
        #expect(error?.fault.code == -32600)
        #expect(error?.reason.contains("limit \(name)") == true, "\(error?.reason ?? "")")
    }

    @Test func `bytes of a document`() throws {
        let document = answer("<value/>")
        #expect(try value(of: document, limits: limits { $0.documentBytes = document.count }) == .string(""))
        expectRefusal(document, naming: "documentBytes", limits { $0.documentBytes = document.count - 1 })
    }

    @Test(arguments: ["<array><data>|</data></array>", "<struct><member><name/>|</member></struct>"])
    func `depth of values`(container: String) throws {
        let (open, close) = (container.prefix { $0 != "|" }, container.drop { $0 != "|" }.dropFirst())
        func nested(_ depth: Int, innermost: String) -> [UInt8] {
            let (start, end) = ("<value>\(open)", "\(close)</value>")
            return answer(
                String(repeating: start, count: depth - 1) + innermost + String(repeating: end, count: depth - 1))
        }
        for innermost in ["<value/>", "<value>a</value>", "<value><int>1</int></value>"] {
            _ = try value(of: nested(64, innermost: innermost))
            expectRefusal(nested(65, innermost: innermost), naming: "depth", XMLRPCLimits())
        }
        // Side by side is not within each other.
        let siblings = String(repeating: "<value><array><data><value/></data></array></value>", count: 9)
        _ = try value(
            of: answer("<value><array><data>\(siblings)</data></array></value>"), limits: limits { $0.depth = 3 })
    }

    @Test func `number of values`() throws {
        let document = answer("<value><array><data><value/><value>a</value></data></array></value>")
        _ = try value(of: document, limits: limits { $0.values = 3 })
        expectRefusal(document, naming: "values", limits { $0.values = 2 })
    }

    @Test func `bytes of a method's name`() throws {
        let document = call("<methodName>\(String(repeating: "m", count: 256))</methodName>")
        #expect(try XMLRPCRequest(decoding: document).methodName.count == 256)
        let error = #expect(throws: XMLRPCDocumentError.self) {
            try XMLRPCRequest(decoding: document, limits: limits { $0.methodNameBytes = 255 })
        }
        #expect(error?.fault.code == -32600)
        #expect(error?.reason.contains("limit methodNameBytes") == true)
    }

    @Test func `attributes of an element`() throws {
        func document(_ count: Int) -> [UInt8] {
            answer("<value \((0..<count).map { "a\($0)='1'" }.joined(separator: " "))/>")
        }
        _ = try value(of: document(16))
        expectRefusal(document(17), naming: "attributes", XMLRPCLimits())
        expectRefusal(document(100_000), naming: "attributes", XMLRPCLimits())
    }

    @Test func `what is built to hurt is cut off`() {
        expectRefusal(answer(String(repeating: "<value><array><data>", count: 10_000)), naming: "depth", XMLRPCLimits())
        let many = "<value><array><data>" + String(repeating: "<value/>", count: 1_000_000) + "</data></array></value>"
        expectRefusal(answer(many), naming: "values", XMLRPCLimits())
        #expect(refusal(ofAnswer: answer("<value>" + String(repeating: "<x>", count: 100_000))) == -32600)
        #expect(refusal(ofAnswer: answer("<" + String(repeating: "x", count: 1_000_000) + "/>")) == -32600)
        #expect(refusal(ofAnswer: answer("<value>" + String(repeating: "&", count: 1_000_000))) == -32700)
    }

    @Test func `sixty megabytes in one text are read`() throws {
        let line = String(repeating: "QUJD", count: 19) + "\r\n"
        let base64 = try value(of: answer("<value><base64>\(String(repeating: line, count: 750_000))</base64></value>"))
        guard case .base64(let bytes) = base64 else { return #expect(Bool(false), "no base64") }
        #expect(bytes.count == 750_000 * 57)
        let string = try value(of: answer("<value>\(String(repeating: "a&amp;", count: 10_000_000))</value>"))
        guard case .string(let text) = string else { return #expect(Bool(false), "no string") }
        #expect(text.utf8.count == 20_000_000)
    }
}
