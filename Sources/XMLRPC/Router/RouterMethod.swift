extension XMLRPCRouter {
    /// A function as the router holds it: it converts the values, calls, and converts the result. The router is handed to it
    /// for the sake of the methods that speak of the router itself.
    @usableFromInline
    typealias Invoke = @Sendable (XMLRPCRouter, Context, [XMLRPCValue]) async throws -> XMLRPCValue

    /// One way to call a method.
    struct Signature: Sendable {
        let parameters: [XMLRPCType]
        let result: XMLRPCType
        /// Is called with as many values as there are parameters. Throws ``ArgumentMismatch`` before the function is called.
        let invoke: Invoke
    }

    /// What stands behind one name.
    struct Method: Sendable {
        /// The words of its signatures, those that are the same once.
        var help: [String] = []
        var signatures: [Signature] = []

        /// Whether each signature names all of its types.
        var isTyped: Bool { signatures.allSatisfy { $0.result != .any && !$0.parameters.contains(.any) } }

        /// -32602 in words: what the method takes and what came.
        func refusal(
            of values: [XMLRPCValue], to name: String, because mismatch: ArgumentMismatch?
        ) -> XMLRPCFault {
            let wanted = signatures.map { $0.parameters.listed }.joined(separator: " or ")
            var words = "\(name) takes \(wanted), not \(values.lazy.map(\.type).listed)"
            if let mismatch { words += "; parameter \(mismatch.index + 1): \(mismatch.reason)" }
            return .invalidParameters(words)
        }
    }

    /// Adds a way to call a method of the application.
    @usableFromInline
    mutating func add(
        _ name: String, help: String, _ parameters: [XMLRPCType], _ result: XMLRPCType, _ invoke: @escaping Invoke
    ) {
        precondition(MethodName.isValid(name.utf8), "\"\(name)\" is no method name: letters, digits, and _ . : / only")
        precondition(!name.hasPrefix("system."), "\"\(name)\": names that begin with system. are the router's own")
        insert(name, help, Signature(parameters: parameters, result: result, invoke: invoke))
    }

    /// Adds a way to call a method, of the application or of the router itself.
    mutating func insert(_ name: String, _ help: String, _ signature: Signature) {
        var method = methods[name] ?? Method()
        method.signatures.append(signature)
        if !help.isEmpty, !method.help.contains(help) { method.help.append(help) }
        methods[name] = method
    }
}

/// A value that a parameter's type does not take.
@usableFromInline
struct ArgumentMismatch: Error {
    /// Of the parameter, from 0.
    let index: Int
    private let fault: XMLRPCFault

    @usableFromInline
    init(index: Int, fault: XMLRPCFault) {
        self.index = index
        self.fault = fault
    }

    /// The conversion's words, without those that say -32602 once more; the beginning of them when they are long, since they
    /// may hold names that a peer chose.
    var reason: String {
        let prefix = XMLRPCFault.invalidParameters("").string
        let words = fault.string.hasPrefix(prefix) ? fault.string.dropFirst(prefix.count) : fault.string[...]
        return words.utf8.count > 200 ? String(decoding: words.utf8.prefix(200), as: UTF8.self) + "..." : String(words)
    }
}

/// The values of a call, taken one after the other. Visible to inlined code, so that a caller's module makes its own,
/// specialised conversions.
@usableFromInline
struct Arguments {
    @usableFromInline let values: [XMLRPCValue]
    @usableFromInline var index = 0

    @inlinable
    init(_ values: [XMLRPCValue]) { self.values = values }

    /// The next value; there must be one.
    @inlinable
    mutating func next<Value: XMLRPCConvertible>(as: Value.Type) throws -> Value {
        defer { index += 1 }
        do throws(XMLRPCFault) {
            return try Value(xmlrpcValue: values[index])
        } catch {
            throw ArgumentMismatch(index: index, fault: error)
        }
    }
}

extension Collection where Element == XMLRPCType {
    /// The names between parentheses; not all of them when there are many, since peers choose how many.
    fileprivate var listed: String {
        let shown = prefix(16).map(\.rawValue).joined(separator: ", ")
        return count > 16 ? "(\(shown) and \(count - 16) more)" : "(\(shown))"
    }
}

extension XMLRPCFault {
    /// -32601 with the name, of which no more than 100 characters are told, or -32600 when no method can have it.
    static func unknownMethod(_ name: String) -> Self {
        guard MethodName.isValid(name.utf8) else {
            return .invalidRequest("a method's name is letters, digits, and _ . : / only, at least one")
        }
        return .methodNotFound(name.utf8.count > 100 ? "\(name.prefix(100))..." : name)
    }
}
