import Synchronization
import Testing
import XMLRPC

extension XMLRPCRouter {
    /// Asks by documents: a call is written, answered, and its answer read.
    func ask(_ name: String, _ parameters: XMLRPCValue..., in context: Context) async throws -> XMLRPCResponse {
        let document = try XMLRPCRequest(methodName: name, parameters: parameters).encoded()
        return try XMLRPCResponse(decoding: await answer(document, in: context))
    }
}

extension XMLRPCRouter where Context == Void {
    /// Asks by documents.
    func ask(_ name: String, _ parameters: XMLRPCValue...) async throws -> XMLRPCResponse {
        let document = try XMLRPCRequest(methodName: name, parameters: parameters).encoded()
        return try XMLRPCResponse(decoding: await answer(document))
    }
}

extension XMLRPCResponse {
    /// The fault of a call that failed.
    var fault: XMLRPCFault? { if case .fault(let fault) = self { fault } else { nil } }
    /// The result of a call that did not.
    var value: XMLRPCValue? { if case .value(let value) = self { value } else { nil } }
}

extension XMLRPCValue {
    /// The elements of an array.
    var elements: [XMLRPCValue]? { if case .array(let elements) = self { elements } else { nil } }
    /// The code of a fault among values.
    var faultCode: Int32? { XMLRPCFault(xmlrpcValue: self)?.code }
    /// The words of a fault among values.
    var faultString: String? { XMLRPCFault(xmlrpcValue: self)?.string }
}

/// What functions under test were called with, and what their errors' hook was told.
final class Diary: Sendable {
    private let lines = Mutex<[String]>([])
    /// In the order in which they were noted.
    var all: [String] { lines.withLock { $0 } }
    /// Adds a line.
    func note(_ line: String) { lines.withLock { $0.append(line) } }
}

/// An error that is no fault.
struct Secret: Error, CustomStringConvertible {
    /// What no peer is to see.
    let description = "the password is swordfish"
}
