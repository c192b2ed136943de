import PyroWire

/// A call that does not get as far as the object's own code, or whose result cannot be told: the exceptions that Python's own daemon
/// answers with.
enum CallFault: Error {
    /// The object has no such function or attribute.
    case attribute(String)
    /// A name that begins with an underscore.
    case privateAttribute(String)
    /// The arguments do not fit.
    case type(String)
    /// There is no such object.
    case unknownObject
    /// Something of the daemon itself went wrong.
    case pyro(String)
    /// A bound was reached.
    case limit(String)

    var exception: PyroException {
        switch self {
        case .attribute(let name): PyroException.builtin("AttributeError", "this object has no attribute '\(name)'")
        case .privateAttribute(let name):
            PyroException.builtin("AttributeError", "attempt to access private attribute '\(name)'")
        case .type(let reason): PyroException.builtin("TypeError", reason)
        case .unknownObject: PyroException.pyro("DaemonError", "unknown object")
        case .pyro(let reason): PyroException.pyro("PyroError", reason)
        case .limit(let reason): PyroException.pyro("DaemonError", reason)
        }
    }
}
