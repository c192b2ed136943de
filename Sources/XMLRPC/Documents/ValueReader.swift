internal import Base64

/// Values (XML-RPC specification, "Scalar values"; the names of xmlrpc-c's and Apache's extensions with any prefix or none).
///
/// ```
/// text                       string, as it stands
/// string                     string, as it stands
/// int i4 i1 i2 i8 biginteger sign, digits; of 32, 32, 8, 16, 64 and 64 bits
/// boolean                    0 or 1
/// double float bigdecimal    sign, digits with a point, exponent; finite
/// dateTime.iso8601 dateTime  see XMLRPCDateTime
/// base64                     padded, white space anywhere
/// struct                     ( <member> <name> text <value> )*; of two members with one name the last counts
/// array                      <data> <value>*
/// nil                        nothing
/// ```
///
/// White space around numbers, booleans and dates is let pass. What is no value of its type is -32602.
extension DocumentReader {
    /// The value whose start tag was read, up to its end.
    mutating func value(_ element: XMLReader.Tag) throws(XMLRPCDocumentError) -> XMLRPCValue {
        values += 1
        guard values <= limits.values else {
            throw reader.error(.invalidRequest, "over \(limits.values) values (limit values)")
        }
        guard depth < limits.depth else {
            throw reader.error(.invalidRequest, "values nested over \(limits.depth) deep (limit depth)")
        }
        guard element.kind == .start else { return .string("") }
        depth += 1
        let start = reader.place
        let text = try reader.text()
        let inner = try reader.tag()
        let value: XMLRPCValue
        if inner.kind == .end {
            try match(inner, with: element)
            value = .string(String(decoding: text, as: UTF8.self))
        } else {
            guard text.allSatisfy(XMLReader.isSpace) else {
                throw reader.error(.invalidRequest, "text beside \(quoted(inner))", at: start)
            }
            value = try typed(inner, in: element)
            try close(element)
        }
        depth -= 1
        return value
    }

    private mutating func typed(
        _ element: XMLReader.Tag, in parent: XMLReader.Tag
    ) throws(XMLRPCDocumentError) -> XMLRPCValue {
        guard let type = TypeName(reader, element.name) else { throw misplaced(element, in: parent) }
        switch type {
        case .array: return .array(try array(element))
        case .struct: return .struct(try members(element))
        default: break
        }
        let start = reader.place
        let text = try leaf(element)
        guard let value = Self.scalar(type, text) else {
            throw reader.error(
                .invalidValue, "\(Quoted.text(Self.trimmed(text))) is no \(quoted(element)), or out of its range",
                at: start)
        }
        return value
    }

    private static func scalar(_ type: TypeName, _ text: ArraySlice<UInt8>) -> XMLRPCValue? {
        switch type {
        case .string: return .string(String(decoding: text, as: UTF8.self))
        case .integer(let bits): return NumberText.integer(trimmed(text), bits: bits).map { .int($0) }
        case .boolean:
            switch trimmed(text) {
            case [UInt8(ascii: "0")]: return .boolean(false)
            case [UInt8(ascii: "1")]: return .boolean(true)
            default: return nil
            }
        case .double: return NumberText.double(trimmed(text)).map { .double($0) }
        case .dateTime: return XMLRPCDateTime(utf8: trimmed(text)).map { .dateTime($0) }
        case .base64: return Base64.decode(text, .whitespaceAllowed).map { .base64($0) }
        case .nil: return trimmed(text).isEmpty ? .nil : nil
        case .array, .struct: return nil
        }
    }

    private mutating func array(_ element: XMLReader.Tag) throws(XMLRPCDocumentError) -> [XMLRPCValue] {
        let data = try child("data", of: element)
        var values: [XMLRPCValue] = []
        while let value = try nextChild("value", of: data) { values.append(try self.value(value)) }
        try close(element)
        return values
    }

    private mutating func members(_ element: XMLReader.Tag) throws(XMLRPCDocumentError) -> [String: XMLRPCValue] {
        var members: [String: XMLRPCValue] = [:]
        while let member = try nextChild("member", of: element) {
            let name = String(decoding: try leaf(child("name", of: member)), as: UTF8.self)
            members[name] = try value(child("value", of: member))
            try close(member)
        }
        return members
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text.drop(while: XMLReader.isSpace)
        while let last = text.last, XMLReader.isSpace(last) { text.removeLast() }
        return text
    }
}

/// The names of types that are read.
private enum TypeName {
    case integer(bits: Int)
    case boolean, string, double, dateTime, base64, array, `struct`, `nil`

    /// The type of this name, which may have a prefix and a colon; `nil` for one that is not known.
    init?(_ reader: XMLReader, _ name: Range<Int>) {
        var local = name
        if let colon = reader.bytes[name].firstIndex(of: UInt8(ascii: ":")), colon > name.lowerBound {
            local = (colon + 1)..<name.upperBound
        }
        func isNamed(_ text: StaticString) -> Bool { reader.matches(local, text) }
        if isNamed("string") {
            self = .string
        } else if isNamed("int") || isNamed("i4") {
            self = .integer(bits: 32)
        } else if isNamed("i8") || isNamed("biginteger") {
            self = .integer(bits: 64)
        } else if isNamed("i2") {
            self = .integer(bits: 16)
        } else if isNamed("i1") {
            self = .integer(bits: 8)
        } else if isNamed("base64") {
            self = .base64
        } else if isNamed("boolean") {
            self = .boolean
        } else if isNamed("double") || isNamed("float") || isNamed("bigdecimal") {
            self = .double
        } else if isNamed("dateTime.iso8601") || isNamed("dateTime") {
            self = .dateTime
        } else if isNamed("struct") {
            self = .struct
        } else if isNamed("array") {
            self = .array
        } else if isNamed("nil") {
            self = .nil
        } else {
            return nil
        }
    }
}
