/// A value as Python's literals have them: what an argument, a result or an exception of Pyro5 is made of.
///
/// Two values are equal when they are of the same kind with the same content in the same order; a not-a-number equals nothing.
public enum PyroValue: Sendable, Hashable {
    /// `None`.
    case none
    /// `True` or `False`.
    case bool(Bool)
    /// A whole number that 64 bits hold.
    case int(Int)
    /// A whole number that they do not hold: decimal digits, with `-` in front when it is negative.
    case bigInt(String)
    /// A `float`, infinite and not-a-number among them.
    case float(Double)
    /// A `complex`: the real part, then the imaginary one.
    case complex(Double, Double)
    /// A `str`.
    case string(String)
    /// A `bytes`.
    case bytes([UInt8])
    /// A `tuple`.
    case tuple([PyroValue])
    /// A `list`.
    case list([PyroValue])
    /// A `set`, in the order it came in.
    case set([PyroValue])
    /// A `dict`, in the order it came in. Of entries with the same key the last one counts.
    case dict([PyroEntry])
}

/// One key of a dict with its value.
public struct PyroEntry: Sendable, Hashable {
    /// The key. Python takes those that it can hash: no list, set or dict, and no tuple with one in it.
    public var key: PyroValue
    /// The value.
    public var value: PyroValue

    /// An entry.
    public init(key: PyroValue, value: PyroValue) {
        self.key = key
        self.value = value
    }
}

extension PyroValue {
    /// A dict's value under a text; `nil` where there is none, and in a value that is no dict.
    public subscript(_ key: String) -> PyroValue? {
        guard case .dict(let entries) = self else { return nil }
        return entries.last { entry in
            guard case .string(let text) = entry.key else { return false }
            return text == key
        }?.value
    }

    /// The text of a `str`.
    public var asText: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The number of an `int` that 64 bits hold.
    public var asInt: Int? {
        guard case .int(let number) = self else { return nil }
        return number
    }

    /// The items of a tuple, a list or a set: json and msgpack turn all of them into lists.
    public var asItems: [PyroValue]? {
        switch self {
        case .tuple(let items), .list(let items), .set(let items): items
        default: nil
        }
    }

    /// The entries of a dict.
    public var asEntries: [PyroEntry]? {
        guard case .dict(let entries) = self else { return nil }
        return entries
    }

    /// The texts of a tuple, a list or a set of nothing but texts.
    var asTexts: [String]? {
        guard let items = asItems else { return nil }
        var texts: [String] = []
        for item in items {
            guard case .string(let text) = item else { return nil }
            texts.append(text)
        }
        return texts
    }

    /// The name that Python gives the value's type, for people.
    public var typeName: String {
        switch self {
        case .none: "None"
        case .bool: "bool"
        case .int, .bigInt: "int"
        case .float: "float"
        case .complex: "complex"
        case .string: "str"
        case .bytes: "bytes"
        case .tuple: "tuple"
        case .list: "list"
        case .set: "set"
        case .dict:
            if let name = self["__class__"]?.asText {
                "object of class \(quoted(name))"
            } else {
                self["encoding"] == "base64" && self["data"] != nil ? "bytes" : "dict"  // as serpent writes them
            }
        }
    }

    /// Whether Python takes it as a dict's key or a set's member, and can be told of it as one.
    var isHashableInPython: Bool {
        switch self {
        case .list, .set, .dict: false
        case .tuple(let items): items.allSatisfy(\.isHashableInPython)
        // What has no literal is written as a dict.
        case .float(let number): !number.isNaN
        case .complex(let real, let imaginary): !real.isNaN && !imaginary.isNaN
        default: true
        }
    }
}

extension PyroValue: CustomStringConvertible {
    /// The value as a Python literal, without line ends.
    public var description: String {
        var writer = SerpentWriter()
        do throws(PyroDataError) {
            try writer.write(self, depth: 0)
            return String(decoding: writer.output, as: UTF8.self)
        } catch {
            return "<\(typeName)>"
        }
    }
}

/// A text as Python shows it, at most 60 bytes of it: for messages to people about what a peer sent.
func quoted(_ text: String) -> String {
    var shown = text
    if text.utf8.count > 60 { shown = String(text.unicodeScalars.prefix(40)) + "…" }
    var writer = SerpentWriter()
    writer.write(shown)
    return String(decoding: writer.output, as: UTF8.self)
}
