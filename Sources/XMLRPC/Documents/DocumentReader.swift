/// The grammar of XML-RPC over an ``XMLReader`` (XML-RPC specification, "Payload format" and "Response format"). The first
/// mistake ends it: a document may be malformed further on than where it stopped being XML-RPC.
///
/// ```
/// <methodCall>      <methodName> text    <params>? ( <param> <value> )*
/// <methodResponse>  <params> <param> <value>                or    <fault> <value>
/// <value>           text                                    or    one element of a type (see ValueReader.swift)
/// ```
struct DocumentReader {
    var reader: XMLReader
    let limits: XMLRPCLimits
    /// Values begun, and those open now.
    var values = 0
    var depth = 0

    /// A reader of this document.
    init(_ document: [UInt8], limits: XMLRPCLimits) throws(XMLRPCDocumentError) {
        guard document.count <= limits.documentBytes else {
            throw XMLRPCDocumentError(
                .invalidRequest, "a document of \(document.count) bytes (limit documentBytes: \(limits.documentBytes))")
        }
        guard !document.isEmpty else { throw XMLRPCDocumentError(.notWellFormed, "an empty document") }
        reader = try XMLReader(document, maximumAttributes: limits.attributes)
        self.limits = limits
    }

    /// The whole document as a call.
    mutating func request() throws(XMLRPCDocumentError) -> XMLRPCRequest {
        let call = try root("methodCall")
        let nameTag = try child("methodName", of: call)
        let name = try leaf(nameTag)
        guard name.count <= limits.methodNameBytes else {
            throw reader.error(
                .invalidRequest,
                "a method name of \(name.count) bytes (limit methodNameBytes: \(limits.methodNameBytes))")
        }
        guard MethodName.isValid(name) else {
            throw reader.error(.invalidRequest, "the method name \(Quoted.text(name))", at: nameTag.name.lowerBound)
        }
        var request = XMLRPCRequest(methodName: String(decoding: name, as: UTF8.self))
        if let params = try nextChild("params", of: call) {
            while let param = try nextChild("param", of: params) {
                request.parameters.append(try value(child("value", of: param)))
                try close(param)
            }
            try close(call)
        }
        try end()
        return request
    }

    /// The whole document as an answer.
    mutating func response() throws(XMLRPCDocumentError) -> XMLRPCResponse {
        let answer = try root("methodResponse")
        let content = try anyChild(of: answer)
        let response: XMLRPCResponse
        if reader.matches(content.name, "params") {
            let param = try child("param", of: content)
            response = .value(try value(child("value", of: param)))
            try close(param)
        } else if reader.matches(content.name, "fault") {
            let start = reader.place
            guard let fault = XMLRPCFault(xmlrpcValue: try value(child("value", of: content))) else {
                throw reader.error(
                    .invalidRequest, "a fault is a struct of an int faultCode and a string faultString alone", at: start
                )
            }
            response = .fault(fault)
        } else {
            throw misplaced(content, in: answer)
        }
        try close(content)
        try close(answer)
        try end()
        return response
    }

    private mutating func root(_ name: StaticString) throws(XMLRPCDocumentError) -> XMLReader.Tag {
        guard try reader.outside() else { throw reader.error(.notWellFormed, "a document without an element") }
        let tag = try reader.tag()
        guard tag.kind != .end else {
            throw reader.error(.notWellFormed, "an end tag without its start", at: tag.name.lowerBound)
        }
        guard reader.matches(tag.name, name) else {
            throw reader.error(
                .invalidRequest, "the document is \(quoted(tag)), not a \(name)", at: tag.name.lowerBound)
        }
        return tag
    }

    private mutating func end() throws(XMLRPCDocumentError) {
        if try reader.outside() { throw reader.error(.notWellFormed, "something follows the document's element") }
    }
}

// MARK: Elements

extension DocumentReader {
    /// The next child of an element, which has to come.
    mutating func anyChild(of parent: XMLReader.Tag) throws(XMLRPCDocumentError) -> XMLReader.Tag {
        guard let tag = try nextTag(in: parent) else {
            throw reader.error(.invalidRequest, "something is missing in \(quoted(parent))")
        }
        return tag
    }

    /// The next child of an element, which has to come and to be of this name.
    mutating func child(
        _ name: StaticString, of parent: XMLReader.Tag
    ) throws(XMLRPCDocumentError) -> XMLReader.Tag {
        guard let tag = try nextChild(name, of: parent) else {
            throw reader.error(.invalidRequest, "a \(name) is missing in \(quoted(parent))")
        }
        return tag
    }

    /// The next child of an element, of this name; `nil` when the element has ended.
    mutating func nextChild(
        _ name: StaticString, of parent: XMLReader.Tag
    ) throws(XMLRPCDocumentError) -> XMLReader.Tag? {
        guard let tag = try nextTag(in: parent) else { return nil }
        guard reader.matches(tag.name, name) else { throw misplaced(tag, in: parent) }
        return tag
    }

    /// The end of an element, with nothing more in it.
    mutating func close(_ parent: XMLReader.Tag) throws(XMLRPCDocumentError) {
        if let tag = try nextTag(in: parent) { throw misplaced(tag, in: parent) }
    }

    /// The text of an element that holds nothing else, and the element's end.
    mutating func leaf(_ element: XMLReader.Tag) throws(XMLRPCDocumentError) -> ArraySlice<UInt8> {
        guard element.kind == .start else { return [] }
        let text = try reader.text()
        let tag = try reader.tag()
        guard tag.kind == .end else { throw misplaced(tag, in: element) }
        try match(tag, with: element)
        return text
    }

    /// Checks that an end tag is that of the element.
    func match(_ tag: XMLReader.Tag, with element: XMLReader.Tag) throws(XMLRPCDocumentError) {
        guard reader.matches(tag.name, element.name) else {
            throw reader.error(
                .notWellFormed, "the end of \(quoted(tag)) within \(quoted(element))", at: tag.name.lowerBound)
        }
    }

    func misplaced(_ tag: XMLReader.Tag, in parent: XMLReader.Tag) -> XMLRPCDocumentError {
        reader.error(.invalidRequest, "\(quoted(tag)) does not belong in \(quoted(parent))", at: tag.name.lowerBound)
    }

    func quoted(_ tag: XMLReader.Tag) -> String { Quoted.text(reader.bytes[tag.name]) }

    /// The next start tag within an element, over white space; `nil` when the element has ended.
    private mutating func nextTag(in parent: XMLReader.Tag) throws(XMLRPCDocumentError) -> XMLReader.Tag? {
        guard parent.kind == .start else { return nil }
        let start = reader.place
        guard try reader.text().allSatisfy(XMLReader.isSpace) else {
            throw reader.error(.invalidRequest, "text does not belong in \(quoted(parent))", at: start)
        }
        let tag = try reader.tag()
        guard tag.kind == .end else { return tag }
        try match(tag, with: parent)
        return nil
    }
}
