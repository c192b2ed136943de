/// Makes Python's values of Swift's.
///
/// Texts, numbers and flags become their like; `nil` is `None`; an array is a list, `[UInt8]` and `Data` are bytes, a set is a
/// set, a dictionary is a dict with its keys as they are, a structure is a dict by the names of its properties, a `Date` is
/// ISO text, a `Duration` is a float in seconds, an enumeration is what its `Codable` makes of it. A ``PyroConvertible`` goes in
/// its own form, and a ``PyroValue`` as it is.
public struct PyroValueEncoder: Sendable {
    /// What the `encode(to:)` of the values can ask for.
    public var userInfo: [CodingUserInfoKey: any Sendable]

    /// An encoder.
    public init(userInfo: [CodingUserInfoKey: any Sendable] = [:]) { self.userInfo = userInfo }

    /// What a text, a number, a flag, bytes or a ``PyroValue`` itself become, which needs no encoder; `nil` for any other type.
    public static func plain<T: Encodable>(_ value: T) -> PyroValue? {
        // Results of every call come here: what most of them are is found by comparing pointers.
        if T.self == String.self { return .string(unsafeBitCast(value, to: String.self)) }
        if T.self == Int.self { return .int(unsafeBitCast(value, to: Int.self)) }
        if T.self == Bool.self { return .bool(unsafeBitCast(value, to: Bool.self)) }
        if T.self == Double.self { return .float(unsafeBitCast(value, to: Double.self)) }
        if T.self == [UInt8].self { return .bytes(unsafeBitCast(value, to: [UInt8].self)) }
        if T.self == PyroValue.self { return unsafeBitCast(value, to: PyroValue.self) }
        return nil
    }

    /// The value. It throws what the value's own `encode(to:)` throws, and ``PyroDataError``.
    public func encode<T: Encodable>(_ value: T) throws -> PyroValue { try encode(value, depth: 0) }

    func encode<T: Encodable>(_ value: T, depth: Int) throws -> PyroValue {
        if let plain = Self.plain(value) { return plain }
        if let direct = T.self as? any DirectlyEncoded.Type {
            return try encode(value, as: direct, depth: depth)
        }
        let part = EncodedPart(self, try deeper(depth))
        try value.encode(to: part)
        return part.finished()
    }

    private func encode<T, D: DirectlyEncoded>(_ value: T, as type: D.Type, depth: Int) throws -> PyroValue {
        try unsafeBitCast(value, to: type).pyroValue(self, depth)
    }

    /// The depth of a container's content.
    func deeper(_ depth: Int) throws(PyroDataError) -> Int {
        guard depth < SerpentWriter.maximumDepth else {
            throw PyroDataError(.limit, "more than \(SerpentWriter.maximumDepth) containers in one another")
        }
        return depth + 1
    }
}
