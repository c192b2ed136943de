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
        /// The shorter way to call it; `nil` for a generic function.
        let direct: DirectTarget?
        let pace = CallPace()
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

    private struct Record {
        /// Its place among all.
        let number: Int
        let name: MethodName
        let identifier: String

        /// Read only for types that somebody calls.
        var method: ObjectMethods.Method {
            ObjectMethods.Method(
                identifier: identifier, labels: name.labels,
                direct: DirectTarget(record: number, nameLength: identifier.utf8.count))
        }
    }

    private let records: [Record]
    private let known = Mutex<[ObjectIdentifier: ObjectMethods]>([:])

    private init() {
        records = (0..<distributed_function_count()).compactMap { number in
            let identifier = String(cString: distributed_function_name(number))
            guard let name = MethodName(identifier: identifier), !name.isStub else { return nil }
            return Record(number: number, name: name, identifier: identifier)
        }
    }

    /// What can be called on the objects of a type.
    func methods(of type: any DistributedActor.Type) -> ObjectMethods {
        known.withLock { known in
            if let methods = known[ObjectIdentifier(type)] { return methods }
            let said = type as? any RemoteObject.Type
            let functions = functions(of: type)
            let methods = ObjectMethods(
                functions: functions, attributes: (said?.remoteAttributes ?? []).filter { functions[$0] != nil },
                oneWay: (said?.oneWayMethods ?? []).filter { functions[$0] != nil })
            known[ObjectIdentifier(type)] = methods
            return methods
        }
    }

    private func functions(of type: any DistributedActor.Type) -> [String: [ObjectMethods.Method]] {
        func plain(_ name: String) -> String { String(name.prefix { $0 != "<" }) }
        let (full, short) = (plain(_typeName(type, qualified: true)), plain(_typeName(type, qualified: false)))
        let mangled = _mangledTypeName(type).map { "$s" + $0 }
        let own =
            full.contains("(unknown context")
            ? privateRecords(of: short, full)
            : records.filter { record in
                // A type inside another one is called by its last name only, and known by how its mangled name begins. That of a
                // generic one goes on with what it is made for.
                record.name.type == full
                    || record.name.type == short && mangled.map { record.identifier.hasPrefix($0) } == true
            }
        return Dictionary(grouping: own, by: \.name.method).mapValues { found in
            found.map(\.method).sorted { $0.labels.count < $1.labels.count }
        }
    }

    /// Those of a private type, which the runtime calls by its last name only, and the records by the name and a number for its file. Of
    /// two private types with one name in a module nothing is found: which is which nobody can say.
    private func privateRecords(of name: String, _ full: String) -> [Record] {
        let module = full.prefix { $0 != "." }
        let (start, key) = ("$s\(module.utf8.count)\(module)", "\(name.utf8.count)\(name)33_")
        let own = records.compactMap { record -> (file: Substring, record: Record)? in
            let identifier = record.identifier
            guard identifier.hasPrefix(start), let place = identifier.firstRange(of: key) else { return nil }
            return (identifier[place.upperBound...].prefix(32), record)
        }
        return Set(own.map(\.file)).count == 1 ? own.map(\.record) : []
    }
}
