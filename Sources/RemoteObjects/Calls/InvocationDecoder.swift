public import Distributed
import PyroWire

/// The arguments of a call that came.
public final class InvocationDecoder: DistributedTargetInvocationDecoder {
    /// What can be an argument.
    public typealias SerializationRequirement = any Codable

    private let system: PyroActorSystem
    /// In the order of the parameters; `nil` where the caller gave none.
    private let arguments: [PyroValue?]
    private let labels: [String]
    private let genericTypes: [String]
    private var next = 0

    init(_ system: PyroActorSystem, _ method: ObjectMethods.Method, _ arguments: [PyroValue?], genericTypes: [String]) {
        self.system = system
        self.arguments = arguments
        labels = method.labels
        self.genericTypes = genericTypes
    }

    /// The types that a generic function is called for.
    public func decodeGenericSubstitutions() throws -> [any Any.Type] {
        try genericTypes.map { name in
            guard let type = _typeByName(name) else { throw CallFault.type("there is no type \(name) here") }
            return type
        }
    }

    /// The next argument. A parameter that is optional may be left out.
    public func decodeNextArgument<Argument: Codable>() throws -> Argument {
        defer { next += 1 }
        if let value = arguments[next] {
            do { return try system.decode(Argument.self, from: value) } catch let error as PyroDataError {
                throw CallFault.type("argument \(label): \(error)")
            }
        }
        guard let optional = Argument.self as? any ExpressibleByNilLiteral.Type,
            let none = optional.init(nilLiteral: ()) as? Argument
        else { throw CallFault.type("missing a required argument: \(label)") }
        return none
    }

    private var label: String { labels[next] == "_" ? "\(next + 1)" : "'\(labels[next])'" }

    /// Nothing: the function says itself.
    public func decodeErrorType() throws -> (any Any.Type)? { nil }
    /// Nothing: the function says itself.
    public func decodeReturnType() throws -> (any Any.Type)? { nil }
}

extension ObjectMethods {
    /// The function of a name that takes these arguments, and they in the order of its parameters.
    ///
    /// - Throws: ``CallFault`` with what Python's own interpreter says of such a call.
    func match(_ call: PyroCall) throws(CallFault) -> (method: Method, arguments: [PyroValue?]) {
        guard let candidates = functions[call.method] else { throw .attribute(call.method) }
        var fault: CallFault?
        for method in candidates {
            do throws(CallFault) {
                return (method, try method.arrange(call))
            } catch {
                fault = fault ?? error
            }
        }
        throw fault ?? .attribute(call.method)
    }
}

extension ObjectMethods.Method {
    /// Arguments without a name come first, the others are found by the labels.
    fileprivate func arrange(_ call: PyroCall) throws(CallFault) -> [PyroValue?] {
        let (given, all) = (call.arguments.count, labels.count)
        guard given <= all else {
            throw .type("\(call.method)() takes \(all) argument\(all == 1 ? "" : "s") but \(given) were given")
        }
        var arguments: [PyroValue?] = call.arguments + [PyroValue?](repeating: nil, count: all - given)
        for keyword in call.keywords {
            guard let place = labels.firstIndex(of: keyword.name) else {
                throw .type("\(call.method)() got an unexpected keyword argument '\(keyword.name)'")
            }
            guard arguments[place] == nil else {
                throw .type("\(call.method)() got multiple values for argument '\(keyword.name)'")
            }
            arguments[place] = keyword.value
        }
        return arguments
    }
}
