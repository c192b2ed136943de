/// The payload of an INVOKE: a method of an object with its arguments.
///
/// ```
/// serpent   ('board','publish',('hi',),{'tag':3})
/// json      {"object":"board","method":"publish","params":["hi"],"kwargs":{"tag":3}}
/// msgpack   ["board", "publish", ["hi"], {"tag": 3}]
/// ```
public struct PyroCall: Sendable, Hashable {
    /// An argument that goes by its name.
    public struct Keyword: Sendable, Hashable {
        /// The parameter's name.
        public var name: String
        /// The argument.
        public var value: PyroValue

        /// An argument.
        public init(name: String, value: PyroValue) {
            self.name = name
            self.value = value
        }
    }

    /// The object's id.
    public var object: String
    /// The method's name, or one of ``PyroNames``.
    public var method: String
    /// The arguments that go by their place.
    public var arguments: [PyroValue]
    /// The arguments that go by their name.
    public var keywords: [Keyword]

    /// A call.
    public init(object: String, method: String, arguments: [PyroValue] = [], keywords: [Keyword] = []) {
        self.object = object
        self.method = method
        self.arguments = arguments
        self.keywords = keywords
    }

    /// Several calls of an object's methods in one: what a batch sends, with ``PyroFlags/batch``.
    public init(object: String, batch calls: [PyroCall]) {
        let items = calls.map { call in
            PyroValue.tuple([.string(call.method), .tuple(call.arguments), call.keywordsValue])
        }
        self.init(object: object, method: PyroNames.batch, arguments: items)
    }

    private var keywordsValue: PyroValue {
        .dict(keywords.map { PyroEntry(key: .string($0.name), value: $0.value) })
    }

    /// The calls of a batch, in order; `nil` when this is none.
    public var calls: [PyroCall]? {
        guard method == PyroNames.batch else { return nil }
        var calls: [PyroCall] = []
        for item in arguments {
            guard let parts = item.asItems, parts.count == 3, let method = parts[0].asText,
                let arguments = parts[1].asItems, let keywords = Self.keywords(parts[2])
            else { return nil }
            calls.append(PyroCall(object: object, method: method, arguments: arguments, keywords: keywords))
        }
        return calls
    }

    /// The call of a payload.
    public init(
        payload: [UInt8], serializer: PyroSerializer, limits: PyroDataLimits = PyroDataLimits()
    ) throws(PyroDataError) {
        let value = try serializer.decode(payload, limits: limits)
        guard let call = Self.parts(value, isJSON: serializer == .json) else {
            throw PyroDataError(.malformed, "the \(value.typeName) is no call: object, method, arguments, keywords")
        }
        self = call
    }

    private static func parts(_ value: PyroValue, isJSON: Bool) -> PyroCall? {
        if isJSON {
            guard let object = value["object"], let method = value["method"], let arguments = value["params"] else {
                return nil
            }
            return call(object, method, arguments, value["kwargs"] ?? PyroValue.none)
        }
        guard let items = value.asItems, items.count == 4 else { return nil }
        return call(items[0], items[1], items[2], items[3])
    }

    private static func call(
        _ object: PyroValue, _ method: PyroValue, _ arguments: PyroValue, _ keywords: PyroValue
    ) -> PyroCall? {
        guard case .string(let object) = object, case .string(let method) = method, let arguments = arguments.asItems,
            let keywords = Self.keywords(keywords)
        else { return nil }
        return PyroCall(object: object, method: method, arguments: arguments, keywords: keywords)
    }

    /// None at all comes as `None`, or as an empty dict.
    private static func keywords(_ value: PyroValue) -> [Keyword]? {
        if case .none = value { return [] }
        guard let entries = value.asEntries else { return nil }
        var keywords: [Keyword] = []
        for entry in entries {
            guard let name = entry.key.asText else { return nil }
            keywords.append(Keyword(name: name, value: entry.value))
        }
        return keywords
    }

    /// The payload.
    public func payload(_ serializer: PyroSerializer) throws(PyroDataError) -> [UInt8] {
        switch serializer {
        case .serpent, .msgpack:
            try serializer.encode(
                .tuple([.string(object), .string(method), .tuple(arguments), keywordsValue]))
        case .json:
            try serializer.encode(
                .dict([
                    PyroEntry(key: "object", value: .string(object)), PyroEntry(key: "method", value: .string(method)),
                    PyroEntry(key: "params", value: .list(arguments)), PyroEntry(key: "kwargs", value: keywordsValue),
                ]))
        case .marshal:
            throw PyroDataError(.unsupported, "calls are not written in marshal; use serpent, json or msgpack")
        }
    }
}
