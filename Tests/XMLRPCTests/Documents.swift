import XMLRPC

/// An answer with this value element.
func answer(_ value: String) -> [UInt8] {
    Array("<?xml version=\"1.0\"?>\n<methodResponse><params><param>\(value)</param></params></methodResponse>".utf8)
}

/// A call with these parameters.
func call(_ inner: String) -> [UInt8] {
    Array("<?xml version=\"1.0\"?><methodCall>\(inner)</methodCall>".utf8)
}

/// The value of an answer; `nil` of a fault.
func value(of document: [UInt8], limits: XMLRPCLimits = XMLRPCLimits()) throws(XMLRPCDocumentError) -> XMLRPCValue? {
    guard case .value(let value) = try XMLRPCResponse(decoding: document, limits: limits) else { return nil }
    return value
}

/// The number of the fault with which a call or an answer is refused; `nil` when it is read.
func refusal(ofCall document: [UInt8], limits: XMLRPCLimits = XMLRPCLimits()) -> Int32? {
    do throws(XMLRPCDocumentError) {
        _ = try XMLRPCRequest(decoding: document, limits: limits)
        return nil
    } catch {
        return error.fault.code
    }
}

func refusal(ofAnswer document: [UInt8], limits: XMLRPCLimits = XMLRPCLimits()) -> Int32? {
    do throws(XMLRPCDocumentError) {
        _ = try XMLRPCResponse(decoding: document, limits: limits)
        return nil
    } catch {
        return error.fault.code
    }
}
