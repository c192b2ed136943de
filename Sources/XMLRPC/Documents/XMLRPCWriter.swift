internal import Base64

/// Writes a document piece by piece, appending to bytes that the caller takes away when it likes, so that an answer may be
/// longer than memory.
///
/// ```
///                        <?xml version="1.0"?>\n
/// beginRequest("m")      <methodCall><methodName>m</methodName><params>
///   value(.int(1))           <param><value><int>1</int></value></param>
///   beginArray()             <param><value><array><data>
///     value(.nil)                <value><nil/></value>
///   endArray()               </data></array></value></param>
///   beginStruct()            <param><value><struct>
///     member("a")                <member><name>a</name>
///       value(...)                   <value>...</value></member>
///   endStruct()              </struct></value></param>
/// end()                  </params></methodCall>
///
/// beginResponse() ... end()   <methodResponse><params>, one value as above, </params></methodResponse>
/// fault(...)                  <methodResponse><fault><value><struct>...</struct></value></fault></methodResponse>
/// ```
///
/// Calls in an order that makes no document are mistakes of the program, and end it. When a call throws, what has been
/// written is the beginning of a document that cannot be finished any more.
public struct XMLRPCWriter {
    /// Something open, from the document down.
    private struct Level {
        enum Kind { case request, response, array, `struct` }
        let kind: Kind
        /// Values begun so far.
        var values = 0
        /// The member in hand, of a struct; its value has not come yet if ``awaitsValue``.
        var member = ""
        var awaitsValue = false
    }

    private var levels: [Level] = []
    private var bytes: [UInt8] = []
    private var isBegun = false

    /// A writer of one document.
    public init() {}

    /// What has been written since the last time.
    public mutating func takeBytes() -> [UInt8] {
        let taken = bytes
        bytes = []
        return taken
    }

    /// How many bytes ``takeBytes()`` would give.
    public var byteCount: Int { bytes.count }
}

// MARK: The document

extension XMLRPCWriter {
    /// Begins a call; every value at its top is a parameter.
    ///
    /// - Throws: ``XMLRPCEncodingError/Reason/methodName(_:)``.
    public mutating func beginRequest(_ methodName: String) throws(XMLRPCEncodingError) {
        guard MethodName.isValid(methodName.utf8) else {
            throw XMLRPCEncodingError(.methodName(methodName), at: "methodName")
        }
        begin(.request)
        append("<methodCall><methodName>")
        bytes.append(contentsOf: methodName.utf8)
        append("</methodName><params>")
    }

    /// Begins an answer, which holds one value.
    public mutating func beginResponse() {
        begin(.response)
        append("<methodResponse><params>")
    }

    /// Ends the document that was begun.
    public mutating func end() {
        precondition(levels.count == 1, "an array or a struct is open, or no document is")
        let level = levels.removeLast()
        if level.kind == .request {
            append("</params></methodCall>")
        } else {
            precondition(level.values == 1, "an answer holds one value")
            append("</params></methodResponse>")
        }
    }

    /// A whole document: an answer with a fault. Characters of its words that XML cannot carry are written as U+FFFD,
    /// since a fault has to arrive.
    public mutating func fault(_ fault: XMLRPCFault) {
        begin(.response)
        append("<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>")
        DecimalText.append(Int64(fault.code), to: &bytes)
        append("</int></value></member><member><name>faultString</name><value><string>")
        if XMLText.append(fault.string, to: &bytes) != nil {
            let carried = fault.string.unicodeScalars.map { XMLText.isCarried($0) ? $0 : "\u{FFFD}" }
            _ = XMLText.append(String(String.UnicodeScalarView(carried)), to: &bytes)
        }
        append("</string></value></member></struct></value></fault></methodResponse>")
        levels.removeLast()
    }

    private mutating func begin(_ kind: Level.Kind) {
        precondition(!isBegun, "a writer writes one document")
        isBegun = true
        bytes.reserveCapacity(512)
        append("<?xml version=\"1.0\"?>\n")
        levels.append(Level(kind: kind))
    }
}

// MARK: Values

extension XMLRPCWriter {
    /// A whole value, with everything in it; members of structs in the order of their names.
    ///
    /// - Throws: ``XMLRPCEncodingError``, for a string or a number that cannot be written.
    public mutating func value(_ value: XMLRPCValue) throws(XMLRPCEncodingError) {
        switch value {
        case .array(let values):
            beginArray()
            for value in values { try self.value(value) }
            endArray()
        case .struct(let members):
            beginStruct()
            for (name, value) in members.count < 2 ? Array(members) : members.sorted(by: { $0.key < $1.key }) {
                try member(name)
                try self.value(value)
            }
            endStruct()
        default:
            openValue()
            try scalar(value)
            closeValue()
        }
    }

    /// Begins an array; the values that follow are its elements.
    public mutating func beginArray() {
        openValue()
        append("<array><data>")
        levels.append(Level(kind: .array))
    }

    /// Ends the array that was begun last.
    public mutating func endArray() {
        precondition(levels.popLast()?.kind == .array, "no array is open here")
        append("</data></array>")
        closeValue()
    }

    /// Begins a struct; each of its members is a ``member(_:)`` and then a value.
    public mutating func beginStruct() {
        openValue()
        append("<struct>")
        levels.append(Level(kind: .struct))
    }

    /// The name of the struct's next member, whose value comes next.
    ///
    /// - Throws: ``XMLRPCEncodingError/Reason/character(_:)``.
    public mutating func member(_ name: String) throws(XMLRPCEncodingError) {
        let last = levels.count - 1
        precondition(last >= 0 && levels[last].kind == .struct && !levels[last].awaitsValue, "no member belongs here")
        levels[last].member = name
        levels[last].awaitsValue = true
        append("<member><name>")
        try text(name)
        append("</name>")
    }

    /// Ends the struct that was begun last.
    public mutating func endStruct() {
        let level = levels.popLast()
        precondition(
            level?.kind == .struct && level?.awaitsValue == false, "no struct is open here, or a value is missing")
        append("</struct>")
        closeValue()
    }

    private mutating func scalar(_ value: XMLRPCValue) throws(XMLRPCEncodingError) {
        switch value {
        case .int(let number):
            let isShort = Int32(exactly: number) != nil
            append(isShort ? "<int>" : "<i8>")
            DecimalText.append(number, to: &bytes)
            append(isShort ? "</int>" : "</i8>")
        case .boolean(let bool): append(bool ? "<boolean>1</boolean>" : "<boolean>0</boolean>")
        case .string(let string):
            append("<string>")
            try text(string)
            append("</string>")
        case .double(let double):
            guard double.isFinite else { throw XMLRPCEncodingError(.notFinite(double), at: place) }
            append("<double>")
            DecimalText.append(double, to: &bytes)
            append("</double>")
        case .dateTime(let date):
            append("<dateTime.iso8601>")
            date.append(to: &bytes)
            append("</dateTime.iso8601>")
        case .base64(let content):
            append("<base64>")
            Base64.append(content, to: &bytes)
            append("</base64>")
        case .nil: append("<nil/>")
        case .array, .struct: preconditionFailure("not a scalar")
        }
    }

    private mutating func openValue() {
        let last = levels.count - 1
        precondition(last >= 0, "no document is open")
        switch levels[last].kind {
        case .request: append("<param><value>")
        case .response:
            precondition(levels[last].values == 0, "an answer holds one value")
            append("<param><value>")
        case .array: append("<value>")
        case .struct:
            precondition(levels[last].awaitsValue, "a member's name comes before its value")
            levels[last].awaitsValue = false
            append("<value>")
        }
        levels[last].values += 1
    }

    private mutating func closeValue() {
        switch levels[levels.count - 1].kind {
        case .request, .response: append("</value></param>")
        case .array: append("</value>")
        case .struct: append("</value></member>")
        }
    }

    private mutating func text(_ string: String) throws(XMLRPCEncodingError) {
        if let character = XMLText.append(string, to: &bytes) {
            throw XMLRPCEncodingError(.character(character), at: place)
        }
    }

    /// The way to the value in hand.
    private var place: String {
        var place = ""
        for level in levels {
            switch level.kind {
            case .request: place += "params[\(level.values - 1)]"
            case .response: place += "result"
            case .array: place += "[\(level.values - 1)]"
            case .struct: place += ".\(level.member)"
            }
        }
        return place
    }

    private mutating func append(_ markup: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: markup.utf8Start, count: markup.utf8CodeUnitCount))
    }
}
