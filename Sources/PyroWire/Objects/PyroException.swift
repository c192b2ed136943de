/// An exception as it goes over the wire.
///
/// Pyro5's client makes an exception again of Python's builtins (`builtins.KeyError`) and of `Pyro5.errors.*` only: of another
/// class it tells that it cannot, and the message is lost.
public struct PyroException: Error, PyroConvertible, CustomStringConvertible {
    /// The class with its module: `builtins.ValueError`.
    public var className: String
    /// What the exception was made with; its constructor has to take them again.
    public var arguments: [PyroValue]
    /// Attributes that were set on it, the traceback aside.
    public var attributes: [PyroEntry]
    /// Where it happened, in lines for people.
    public var traceback: [String]

    /// An exception.
    public init(
        className: String, arguments: [PyroValue] = [], attributes: [PyroEntry] = [], traceback: [String] = []
    ) {
        self.className = className
        self.arguments = arguments
        self.attributes = attributes
        self.traceback = traceback
    }

    /// One of Python's own exceptions with a message: `PyroException.builtin("ValueError", "bad value")`.
    public static func builtin(_ name: String, _ message: String? = nil) -> PyroException {
        PyroException(className: "builtins.\(name)", arguments: message.map { [.string($0)] } ?? [])
    }

    /// One of `Pyro5.errors` with a message: `PyroException.pyro("NamingError", "unknown name: x")`.
    public static func pyro(_ name: String, _ message: String) -> PyroException {
        PyroException(className: "Pyro5.errors.\(name)", arguments: [.string(message)])
    }

    /// The end of a stream.
    public static let stopIteration = PyroException.builtin("StopIteration")

    /// The class without its module.
    public var name: String { String(className.split(separator: ".").last ?? "") }

    /// The message: the argument if it is one text, or the arguments as literals.
    public var message: String {
        switch arguments.count {
        case 0: ""
        case 1: arguments[0].asText ?? arguments[0].description
        default: PyroValue.tuple(arguments).description
        }
    }

    /// Class and message, as the last line of a Python traceback has them.
    public var description: String { message.isEmpty ? name : "\(name): \(message)" }

    static let wrapperName = "Pyro5.core._ExceptionWrapper"
    private static let tracebackName = "_pyroTraceback"

    /// The exception of its dict, or of the one that wraps it in a batch's results.
    public init?(_ value: PyroValue) {
        guard let className = value["__class__"]?.asText else { return nil }
        if className == Self.wrapperName {
            // Wrapped once only: a peer cannot make this deep.
            guard let inner = value["exception"], inner["__class__"]?.asText != Self.wrapperName else { return nil }
            self.init(inner)
            return
        }
        guard let arguments = value["args"]?.asItems else { return nil }
        let isMarked = value["__exception__"] == .bool(true)
        guard isMarked || className.hasPrefix("Pyro5.errors.") || className == "struct.error" else { return nil }
        let attributes = value["attributes"]?.asEntries ?? []
        self.init(className: className, arguments: arguments)
        for entry in attributes {
            guard entry.key == .string(Self.tracebackName) else {
                self.attributes.append(entry)
                continue
            }
            traceback = entry.value.asTexts ?? entry.value.asText.map { [$0] } ?? []
        }
    }

    /// The dict that goes over the wire.
    public func value() -> PyroValue {
        var attributes = attributes
        if !traceback.isEmpty {
            attributes.append(
                PyroEntry(key: .string(Self.tracebackName), value: .list(traceback.map(PyroValue.string))))
        }
        return [
            "__class__": .string(className), "__exception__": true, "args": .tuple(arguments),
            "attributes": .dict(attributes),
        ]
    }

    /// The dict that stands for the exception at the end of a batch's results.
    public func wrapped() -> PyroValue { ["__class__": .string(Self.wrapperName), "exception": value()] }

    /// The results of a batch: those of the calls that were made, and the exception that ended it, if one did.
    public static func batchResults(_ value: PyroValue) -> (values: [PyroValue], failure: PyroException?)? {
        guard var values = value.asItems else { return nil }
        guard values.last?["__class__"]?.asText == wrapperName, let failure = PyroException(values[values.count - 1])
        else { return (values, nil) }
        values.removeLast()
        return (values, failure)
    }
}
