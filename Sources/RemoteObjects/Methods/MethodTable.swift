import CDistributedFunctions
import Distributed
import Synchronization

/// What can be called on the objects of one type.
struct ObjectMethods: Sendable {
    /// One distributed function.
    struct Method: Sendable {
        /// As Swift's runtime names it.
        let identifier: String
        let labels: [String]
    }

    /// By name, those behind attributes too. Functions of the same name differ in the number of their parameters, or in their
    /// labels.
    let functions: [String: [Method]]
    /// Those that are read as attributes, without parentheses.
    let attributes: Set<String>
    /// Those after which a client does not wait.
    let oneWay: Set<String>

    /// Those that are called as functions.
    var names: Set<String> { Set(functions.keys).subtracting(attributes) }
}

/// The distributed functions of this program by the names that foreign callers use.
///
/// The compiler leaves a record of each in the program; nobody has to write a table by hand.
final class MethodTable: Sendable {
    /// That of this program. The records are there from its start, and never change.
    static let program = MethodTable()

    private let types: [String: [String: [ObjectMethods.Method]]]
    private let known = Mutex<[ObjectIdentifier: ObjectMethods]>([:])

    private init() {
        var types: [String: [String: [ObjectMethods.Method]]] = [:]
        for index in 0..<distributed_function_count() {
            let identifier = String(cString: distributed_function_name(index))
            guard let name = MethodName(identifier: identifier), !name.isStub else { continue }
            let method = ObjectMethods.Method(identifier: identifier, labels: name.labels)
            types[name.type, default: [:]][name.method, default: []].append(method)
        }
        self.types = types
    }

    /// What can be called on the objects of a type.
    func methods(of type: any DistributedActor.Type) -> ObjectMethods {
        known.withLock { known in
            if let methods = known[ObjectIdentifier(type)] { return methods }
            let said = type as? any RemoteObject.Type
            let functions = types[Self.name(of: type)] ?? [:]
            let methods = ObjectMethods(
                functions: functions, attributes: (said?.remoteAttributes ?? []).filter { functions[$0] != nil },
                oneWay: (said?.oneWayMethods ?? []).filter { functions[$0] != nil })
            known[ObjectIdentifier(type)] = methods
            return methods
        }
    }

    /// `Bank.Account`, without what a generic type is made for.
    private static func name(of type: any DistributedActor.Type) -> String {
        String(String(reflecting: type).prefix { $0 != "<" })
    }
}
