import XMLRPC

/// One input for the reader of XML-RPC's documents, as a call and as an answer. It crashes, for libFuzzer to see, when one that
/// was read cannot be written, or is not read as the same again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzXMLRPC(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    if let request = try? XMLRPCRequest(decoding: input) {
        guard let again = try? XMLRPCRequest(decoding: request.encoded()), again == request else {
            fatalError("a call does not come back from its encoding")
        }
    }
    do throws(XMLRPCDocumentError) {
        let response = try XMLRPCResponse(decoding: input)
        guard let again = try? XMLRPCResponse(decoding: response.encoded()), again == response else {
            fatalError("an answer does not come back from its encoding")
        }
    } catch {
        // What is told of the mistake has to arrive as it is.
        guard let fault = try? XMLRPCResponse(decoding: XMLRPCResponse.fault(error.fault).encoded()),
            fault == .fault(error.fault)
        else { fatalError("a fault does not come back from its encoding") }
    }
    return 0
}
