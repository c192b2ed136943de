// system.multicall: many calls in one document.
//
//     takes   [ {methodName: "a", params: [1]}, {methodName: "b", params: []}, ... ]
//     gives   [ [result of a],                  {faultCode: .., faultString: ..}, ... ]
//
// http://www.xmlrpc.com/discuss/msgReader$1208 (2001). A call that fails has its fault in its own place, and the others go on.

/// What one `system.multicall` may cost.
public struct XMLRPCMulticallLimits: Sendable, Hashable {
    /// Calls in one multicall; more are refused altogether, none is made.
    public var calls = 1_000
    /// Bytes of all results and of the faults' words together, each result as a document of its own. The call whose answer does
    /// not fit any more was made, and has a fault -32603 in place of it; the calls after it are not made.
    public var answerBytes = 16 << 20

    /// The limits as they are by default.
    public init() {}
}

extension XMLRPCRouter {
    /// - Throws: -32602 when there are too many calls.
    /// - Returns: As many values as there are calls.
    func multicall(_ calls: [XMLRPCValue], in context: Context) async throws(XMLRPCFault) -> [XMLRPCValue] {
        guard calls.count <= multicallLimits.calls else {
            throw .invalidParameters(
                "system.multicall takes at most \(multicallLimits.calls) calls (multicall.calls), not \(calls.count)")
        }
        var answers: [XMLRPCValue] = []
        answers.reserveCapacity(calls.count)
        var room = multicallLimits.answerBytes
        for call in calls {
            answers.append(await answer(call, room: &room, in: context))
        }
        return answers
    }

    /// One call's place in the answer: its result alone in an array, or its fault.
    /// - Parameter room: Bytes that are left; 0 when an answer did not fit.
    private func answer(_ entry: XMLRPCValue, room: inout Int, in context: Context) async -> XMLRPCValue {
        guard room > 0 else {
            return XMLRPCFault.systemError(
                "not called: the answers before it fill \(multicallLimits.answerBytes) bytes (multicall.answerBytes)"
            ).xmlrpcValue
        }
        guard !Task.isCancelled else {
            return XMLRPCFault.systemError("not called: the multicall was cancelled").xmlrpcValue
        }
        let name: String
        let parameters: [XMLRPCValue]
        do throws(XMLRPCFault) {
            (name, parameters) = try Self.call(in: entry)
        } catch {
            return error.xmlrpcValue
        }
        let answer: XMLRPCValue
        let bytes: Int
        do throws(XMLRPCFault) {
            let value = try await call(name, parameters, in: context)
            bytes = try written(value, by: name).count
            answer = .array([value])
        } catch {
            let fault = error.carried
            bytes = fault.string.utf8.count
            answer = fault.xmlrpcValue
        }
        guard bytes <= room else {
            room = 0
            return XMLRPCFault.internalError(
                "the call was made, but with its answer the answers are longer than \(multicallLimits.answerBytes) bytes "
                    + "(multicall.answerBytes)"
            ).xmlrpcValue
        }
        room -= bytes
        return answer
    }

    private static func call(in entry: XMLRPCValue) throws(XMLRPCFault) -> (name: String, parameters: [XMLRPCValue]) {
        guard case .struct(let members) = entry else {
            throw .invalidRequest(
                "a call in system.multicall is a struct of methodName and params, not \(entry.type.rawValue)")
        }
        guard case .string(let name)? = members["methodName"] else {
            throw .invalidRequest("a call in system.multicall has a string methodName")
        }
        guard case .array(let parameters)? = members["params"] else {
            throw .invalidRequest("a call in system.multicall has an array params")
        }
        guard name != "system.multicall" else { throw .invalidRequest("system.multicall within system.multicall") }
        return (name, parameters)
    }
}

extension XMLRPCFault {
    /// The same fault, with U+FFFD in place of characters that XML cannot carry: within an array it is a value as any other.
    fileprivate var carried: XMLRPCFault {
        let scalars = string.unicodeScalars
        guard !scalars.allSatisfy(XMLText.isCarried) else { return self }
        let carried = scalars.lazy.map { XMLText.isCarried($0) ? $0 : "\u{FFFD}" }
        return XMLRPCFault(code: code, string: String(String.UnicodeScalarView(carried)))
    }
}
