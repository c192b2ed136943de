public import XMLRPC

/// A call that is made together with others; see ``ServerProxy/multicall(_:)``.
public struct XMLRPCCall<Result: XMLRPCConvertible>: Sendable {
    /// What is called.
    public let request: XMLRPCRequest

    /// A call of a method.
    ///
    /// - Parameter returning: the result's type, where it cannot be inferred.
    public init<each Parameter: XMLRPCConvertible>(
        _ method: String, _ parameter: repeat each Parameter, returning: Result.Type = Result.self
    ) {
        var parameters: [XMLRPCValue] = []
        for one in repeat each parameter { parameters.append(one.xmlrpcValue) }
        request = XMLRPCRequest(methodName: method, parameters: parameters)
    }

    /// The result in the type that was asked for.
    func result(of value: XMLRPCValue) throws(XMLRPCClientError) -> Result {
        do { return try Result(xmlrpcValue: value) } catch { throw .unexpectedResult(reason: error.string) }
    }

    /// What `system.multicall` gave for this call: `[value]`, or a fault's struct.
    func outcome(of value: XMLRPCValue) -> Swift.Result<Result, XMLRPCClientError> {
        switch value {
        case .array(let values) where values.count == 1:
            Swift.Result { () throws(XMLRPCClientError) in try result(of: values[0]) }
        case .struct(let members):
            if case .int(let code) = members["faultCode"], let code = Int32(exactly: code),
                case .string(let string) = members["faultString"]
            {
                .failure(.fault(XMLRPCFault(code: code, string: string)))
            } else {
                .failure(.unexpectedResult(reason: "a struct that is no fault, in place of a call's result"))
            }
        default: .failure(.unexpectedResult(reason: "neither a value in an array nor a fault for a call"))
        }
    }
}

extension ServerProxy {
    /// Makes calls of several types in one request (`system.multicall`), in this order. A fault of one does not keep the
    /// others from being carried out; each has its own result or error.
    ///
    /// - Throws: when it is not known of any of them, or the server knows no `system.multicall`.
    public func multicall<each Result: XMLRPCConvertible>(
        _ call: repeat XMLRPCCall<each Result>
    ) async throws(XMLRPCClientError) -> (repeat Swift.Result<each Result, XMLRPCClientError>) {
        var requests: [XMLRPCRequest] = []
        for one in repeat each call { requests.append(one.request) }
        let values = try await results(of: requests)
        var place = 0
        func next<One: XMLRPCConvertible>(_ call: XMLRPCCall<One>) -> Swift.Result<One, XMLRPCClientError> {
            defer { place += 1 }
            return call.outcome(of: values[place])
        }
        return (repeat next(each call))
    }

    /// Makes any number of calls of one type; see ``multicall(_:)``.
    public func multicall<Result: XMLRPCConvertible>(
        _ calls: [XMLRPCCall<Result>]
    ) async throws(XMLRPCClientError) -> [Swift.Result<Result, XMLRPCClientError>] {
        let values = try await results(of: calls.map(\.request))
        return zip(calls, values).map { $0.outcome(of: $1) }
    }

    private func results(of requests: [XMLRPCRequest]) async throws(XMLRPCClientError) -> [XMLRPCValue] {
        let calls = requests.map { request in
            XMLRPCValue.struct(["methodName": .string(request.methodName), "params": .array(request.parameters)])
        }
        let answer = try await call(XMLRPCRequest(methodName: "system.multicall", parameters: [.array(calls)]))
        guard case .array(let values) = answer, values.count == requests.count else {
            throw .unexpectedResult(reason: "system.multicall gave no array of \(requests.count) results")
        }
        return values
    }
}
