import PyroWire

/// An error of a remote object that its callers can catch as itself when they know its type, and that Python sees as one of
/// its own exceptions.
public protocol RemoteError: Error, Codable, Sendable {
    /// What Python sees it as.
    var pythonException: PythonException { get }
}

extension RemoteError {
    /// `RuntimeError`.
    public var pythonException: PythonException { .runtimeError }
}

/// The exceptions of Python's that a foreign server may answer with: they are there in every Python, and take any text.
public enum PythonException: String, Sendable, Codable, CaseIterable {
    case arithmeticError = "ArithmeticError"
    case assertionError = "AssertionError"
    case attributeError = "AttributeError"
    case connectionError = "ConnectionError"
    case fileExistsError = "FileExistsError"
    case fileNotFoundError = "FileNotFoundError"
    case indexError = "IndexError"
    case keyError = "KeyError"
    case lookupError = "LookupError"
    case notImplementedError = "NotImplementedError"
    case overflowError = "OverflowError"
    case permissionError = "PermissionError"
    case runtimeError = "RuntimeError"
    case timeoutError = "TimeoutError"
    case typeError = "TypeError"
    case valueError = "ValueError"
    case zeroDivisionError = "ZeroDivisionError"
}

/// How an error travels.
enum ErrorTranslation {
    /// The attributes of an exception in which a Swift error travels whole, beside the text that Python shows.
    private static let (typeKey, nameKey, valueKey) = ("swift_type", "swift_name", "swift_value")

    /// What an error is answered with: always something that Python can raise.
    static func exception(for error: any Error, system: PyroActorSystem) -> PyroException {
        switch error {
        case let fault as CallFault: return fault.exception
        case let exception as PyroException where isKnown(exception.className): return exception
        case let exception as PyroException:
            return PyroException.builtin("RuntimeError", "\(exception.className): \(exception.message)")
        case is CancellationError: return PyroException.pyro("PyroError", "the call was cancelled by the server")
        case let error as any RemoteError:
            var exception = PyroException.builtin(error.pythonException.rawValue, "\(error)")
            exception.attributes = attributes(of: error, system: system)
            return exception
        default:
            let name = String(reflecting: type(of: error))
            var exception = PyroException.builtin("RuntimeError", "\(name): \(error)")
            exception.attributes = [PyroEntry(key: .string(nameKey), value: .string(name))]
            return exception
        }
    }

    /// What a caller throws for an exception: the Swift error that it was, where this program has its type.
    static func error(for exception: PyroException, system: PyroActorSystem) -> any Error {
        guard let mangled = exception.attributes[typeKey]?.asText, let value = exception.attributes[valueKey],
            let type = _typeByName(mangled) as? any RemoteError.Type,
            // Of another version of the type: what Python sees is left.
            let error = try? system.decode(type, from: value)
        else { return exception }
        return error
    }

    private static func attributes(of error: any RemoteError, system: PyroActorSystem) -> [PyroEntry] {
        let type = Swift.type(of: error)
        // An error that cannot travel whole is told as Python is told it: its text is there.
        guard let mangled = _mangledTypeName(type), let value = try? system.encode(error) else { return [] }
        return [
            PyroEntry(key: .string(typeKey), value: .string(mangled)),
            PyroEntry(key: .string(nameKey), value: .string(String(reflecting: type))),
            PyroEntry(key: .string(valueKey), value: value),
        ]
    }

    /// Whether a Python client can raise it.
    private static func isKnown(_ className: String) -> Bool {
        if className.hasPrefix("Pyro5.errors.") { return true }
        let parts = className.split(separator: ".")
        return parts.count == 1 || parts.count == 2 && parts[0] == "builtins"
    }
}

extension [PyroEntry] {
    /// The value of a key that is a text.
    fileprivate subscript(_ key: String) -> PyroValue? { first { $0.key == .string(key) }?.value }
}
