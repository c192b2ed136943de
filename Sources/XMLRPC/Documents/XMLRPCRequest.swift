/// A call: a method's name and its parameters (XML-RPC specification, "Request example").
///
/// ```
/// <?xml version="1.0"?>
/// <methodCall><methodName>publish</methodName><params>
/// <param><value><string>hello</string></value></param>
/// </params></methodCall>
/// ```
public struct XMLRPCRequest: Sendable, Hashable {
    /// Of the characters `A-Z a-z 0-9 _ . : /`.
    public var methodName: String
    /// In the method's order.
    public var parameters: [XMLRPCValue]

    /// A call of this method with these parameters.
    public init(methodName: String, parameters: [XMLRPCValue] = []) {
        self.methodName = methodName
        self.parameters = parameters
    }

    /// Reads a document.
    public init(decoding document: [UInt8], limits: XMLRPCLimits = XMLRPCLimits()) throws(XMLRPCDocumentError) {
        throw XMLRPCDocumentError(.notWellFormed, "to be written")
    }

    /// The document.
    public func encoded() throws(XMLRPCEncodingError) -> [UInt8] {
        var writer = XMLRPCWriter()
        try writer.beginRequest(methodName)
        for parameter in parameters { try writer.value(parameter) }
        writer.end()
        return writer.takeBytes()
    }
}
