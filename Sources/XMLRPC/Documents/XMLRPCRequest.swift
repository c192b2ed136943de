/// A call: a method's name and its parameters (XML-RPC specification, "Request example").
///
/// ```
/// <?xml version="1.0"?>
/// <methodCall>
///   <methodName>publish</methodName>
///   <params>
///     <param><value><string>hello</string></value></param>
///   </params>
/// </methodCall>
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

    /// Reads a document, in any of the encodings UTF-8, US-ASCII, ISO-8859-1 and UTF-16. Its `params` may be missing.
    ///
    /// - Throws: ``XMLRPCDocumentError``, for the first mistake in it, or at once when it is past a limit.
    public init(decoding document: [UInt8], limits: XMLRPCLimits = XMLRPCLimits()) throws(XMLRPCDocumentError) {
        var reader = try DocumentReader(document, limits: limits)
        self = try reader.request()
    }

    /// The document, in UTF-8.
    ///
    /// - Throws: ``XMLRPCEncodingError``, when something in it cannot be written.
    public func encoded() throws(XMLRPCEncodingError) -> [UInt8] {
        var writer = XMLRPCWriter()
        try writer.beginRequest(methodName)
        for parameter in parameters { try writer.value(parameter) }
        writer.end()
        return writer.takeBytes()
    }
}
