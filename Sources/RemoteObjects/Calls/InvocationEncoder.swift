public import Distributed
import PyroWire

/// The arguments of a call that leaves this process.
public struct InvocationEncoder: DistributedTargetInvocationEncoder {
    /// What can be an argument.
    public typealias SerializationRequirement = any Codable

    private let system: PyroActorSystem
    private(set) var arguments: [PyroValue] = []
    /// Of a generic function: what it is called for, as Swift's runtime names types.
    private(set) var genericTypes: [String] = []

    init(_ system: PyroActorSystem) {
        self.system = system
    }

    /// Notes what a generic function is called for. The types of a stub are the caller's own affair: the object that answers has
    /// others.
    public mutating func recordGenericSubstitution<Type>(_ type: Type.Type) throws {
        guard !(type is any DistributedActor.Type) else { return }
        guard let name = _mangledTypeName(type) else {
            throw RemoteObjectError.unsupported("\(type) has no name that can be sent: a generic call cannot be for it")
        }
        genericTypes.append(name)
    }

    /// Takes the next argument: a value by value, an object as a reference.
    public mutating func recordArgument<Value: Codable>(_ argument: RemoteCallArgument<Value>) throws {
        arguments.append(try system.encode(argument.value))
    }

    /// Nothing: the caller knows what it can catch.
    public mutating func recordErrorType<Failure: Error>(_ type: Failure.Type) throws {}
    /// Nothing: the caller knows what it waits for.
    public mutating func recordReturnType<Value: Codable>(_ type: Value.Type) throws {}
    /// Nothing.
    public mutating func doneRecording() throws {}
}
