extension Array: XMLRPCConvertible where Element: XMLRPCConvertible {
    /// `array`.
    public static var xmlrpcType: XMLRPCType { .array }

    /// Takes arrays whose elements all are of the element's type.
    public init(xmlrpcValue value: XMLRPCValue) throws(XMLRPCFault) {
        guard case .array(let values) = value else { throw .mismatch(wanted: .array, got: value) }
        var elements: [Element] = []
        elements.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            do throws(XMLRPCFault) {
                elements.append(try Element(xmlrpcValue: value))
            } catch {
                throw error.within("element \(index)")
            }
        }
        self = elements
    }

    /// An array.
    public var xmlrpcValue: XMLRPCValue { .array(map(\.xmlrpcValue)) }
}

extension Dictionary: XMLRPCConvertible where Key == String, Value: XMLRPCConvertible {
    /// `struct`.
    public static var xmlrpcType: XMLRPCType { .struct }

    /// Takes structs whose members all are of the value's type.
    public init(xmlrpcValue value: XMLRPCValue) throws(XMLRPCFault) {
        guard case .struct(let values) = value else { throw .mismatch(wanted: .struct, got: value) }
        var members: [String: Value] = [:]
        members.reserveCapacity(values.count)
        for (name, value) in values {
            do throws(XMLRPCFault) {
                members[name] = try Value(xmlrpcValue: value)
            } catch {
                throw error.within("member \"\(name)\"")
            }
        }
        self = members
    }

    /// A struct.
    public var xmlrpcValue: XMLRPCValue { .struct(mapValues(\.xmlrpcValue)) }
}

extension Optional: XMLRPCConvertible where Wrapped: XMLRPCConvertible {
    /// That of what is wrapped.
    public static var xmlrpcType: XMLRPCType { Wrapped.xmlrpcType }

    /// Takes nil, and what the wrapped type takes.
    public init(xmlrpcValue value: XMLRPCValue) throws(XMLRPCFault) {
        if case .nil = value {
            self = nil
        } else {
            self = try Wrapped(xmlrpcValue: value)
        }
    }

    /// Nil, or the wrapped one's.
    public var xmlrpcValue: XMLRPCValue { self?.xmlrpcValue ?? .nil }
}

extension XMLRPCFault {
    /// The same fault, telling in which part of a value it arose.
    fileprivate func within(_ place: String) -> XMLRPCFault {
        XMLRPCFault(code: code, string: "\(string), in \(place)")
    }
}
