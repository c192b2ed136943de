/// An answer: one value, or a fault (XML-RPC specification, "Response example" and "Fault example").
///
/// ```
/// <?xml version="1.0"?>
/// <methodResponse><params><param><value><int>7</int></value></param></params></methodResponse>
///
/// <?xml version="1.0"?>
/// <methodResponse><fault><value><struct>
/// <member><name>faultCode</name><value><int>-32601</int></value></member>
/// <member><name>faultString</name><value><string>method not found: nosuch</string></value></member>
/// </struct></value></fault></methodResponse>
/// ```
public enum XMLRPCResponse: Sendable, Hashable {
    /// The method's result.
    case value(XMLRPCValue)
    /// The call failed.
    case fault(XMLRPCFault)

    /// Reads a document.
    public init(decoding document: [UInt8], limits: XMLRPCLimits = XMLRPCLimits()) throws(XMLRPCDocumentError) {
        throw XMLRPCDocumentError(.notWellFormed, "to be written")
    }

    /// The document.
    public func encoded() throws(XMLRPCEncodingError) -> [UInt8] {
        var writer = XMLRPCWriter()
        switch self {
        case .value(let value):
            writer.beginResponse()
            try writer.value(value)
            writer.end()
        case .fault(let fault): writer.fault(fault)
        }
        return writer.takeBytes()
    }
}
