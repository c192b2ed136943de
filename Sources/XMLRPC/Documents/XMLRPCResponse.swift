/// An answer: one value, or a fault (XML-RPC specification, "Response example" and "Fault example").
///
/// ```
/// <?xml version="1.0"?>
/// <methodResponse>
///   <params><param><value><int>7</int></value></param></params>
/// </methodResponse>
///
/// <?xml version="1.0"?>
/// <methodResponse>
///   <fault><value><struct>
///     <member><name>faultCode</name><value><int>-32601</int></value></member>
///     <member><name>faultString</name><value><string>method not found: nosuch</string></value></member>
///   </struct></value></fault>
/// </methodResponse>
/// ```
public enum XMLRPCResponse: Sendable, Hashable {
    /// The method's result.
    case value(XMLRPCValue)
    /// The call failed.
    case fault(XMLRPCFault)

    /// Reads a document, in any of the encodings UTF-8, US-ASCII, ISO-8859-1 and UTF-16. A fault is a struct of exactly an
    /// int `faultCode` and a string `faultString`.
    ///
    /// - Throws: ``XMLRPCDocumentError``, for the first mistake in it, or at once when it is past a limit.
    public init(decoding document: [UInt8], limits: XMLRPCLimits = XMLRPCLimits()) throws(XMLRPCDocumentError) {
        var reader = try DocumentReader(document, limits: limits)
        self = try reader.response()
    }

    /// The document, in UTF-8.
    ///
    /// - Throws: ``XMLRPCEncodingError``, when something in a value cannot be written; never for a fault.
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
