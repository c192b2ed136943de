extension XMLRPCRouter {
    /// The answer to a document.
    ///
    /// The functions run in the caller's task, those of a `system.multicall` one after the other. Time-outs and limits on calls
    /// at the same time are the caller's matter: a cancelled task ends the functions that heed it, and a `system.multicall` makes
    /// no further calls.
    /// - Parameters:
    ///   - document: A `methodCall`, as it came.
    ///   - context: What the functions are told of the caller.
    /// - Returns: A `methodResponse` in any case: a fault when the document cannot be read, when the call failed, and when its
    ///   result holds what no document can carry.
    public func answer(_ document: [UInt8], in context: Context) async -> [UInt8] {
        let request: XMLRPCRequest
        do throws(XMLRPCDocumentError) {
            request = try XMLRPCRequest(decoding: document, limits: limits)
        } catch {
            return error.fault.document
        }
        let name = request.methodName
        do throws(XMLRPCFault) {
            let value = try await call(name, request.parameters, in: context)
            return try written(value, by: name)
        } catch {
            return error.document
        }
    }

    /// The document with this result of a method.
    /// - Throws: -32603 when the value holds what no document can carry.
    func written(_ value: XMLRPCValue, by name: String) throws(XMLRPCFault) -> [UInt8] {
        do throws(XMLRPCEncodingError) {
            return try XMLRPCResponse.value(value).encoded()
        } catch {
            onError(name, error)
            throw .internalError("the result of \(name) cannot be sent: \(error)")
        }
    }
}

extension XMLRPCFault {
    /// The document that carries this fault.
    fileprivate var document: [UInt8] {
        var writer = XMLRPCWriter()
        writer.fault(self)
        return writer.takeBytes()
    }
}
