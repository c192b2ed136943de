/// Makes Swift's values of Python's.
///
/// As ``PyroValueEncoder``, the other way round, and as people who write Python expect it: a tuple, a list and a set are all taken
/// for an array or a set; an `int` is taken for a `Double`, and a `float` for an `Int` when it is whole; bytes also come as
/// `{'data': base64, 'encoding': 'base64'}` or as a list of numbers; a `Date` comes as ISO text, UTC unless it says more, or as
/// seconds from 1970.
public struct PyroValueDecoder: Sendable {
    /// What the `init(from:)` of the values can ask for.
    public var userInfo: [CodingUserInfoKey: any Sendable]

    /// A decoder.
    public init(userInfo: [CodingUserInfoKey: any Sendable] = [:]) { self.userInfo = userInfo }

    /// The value of a text, a number, a flag or a ``PyroValue`` itself, which need no decoder; `nil` for any other type, and for what
    /// does not fit at once.
    public static func plain<T: Decodable>(_ type: T.Type, from value: PyroValue) -> T? {
        // Arguments of every call come here: what most of them are is found by comparing pointers.
        if T.self == String.self, case .string(let text) = value { return unsafeBitCast(text, to: T.self) }
        if T.self == Int.self, case .int(let number) = value { return unsafeBitCast(number, to: T.self) }
        if T.self == Bool.self, case .bool(let flag) = value { return unsafeBitCast(flag, to: T.self) }
        if T.self == Double.self, case .float(let number) = value { return unsafeBitCast(number, to: T.self) }
        if T.self == PyroValue.self { return unsafeBitCast(value, to: T.self) }
        return nil
    }

    /// The value. It throws what the type's own `init(from:)` throws, and ``PyroDataError`` with the path and both types.
    public func decode<T: Decodable>(_ type: T.Type, from value: PyroValue) throws -> T {
        if let plain = Self.plain(T.self, from: value) { return plain }
        if let direct = T.self as? any DirectlyDecoded.Type { return try decode(T.self, as: direct, from: value) }
        do {
            return try T(from: DecodedPart(self, value))
        } catch let error as DecodingError {
            throw PyroDataError(error)
        }
    }

    private func decode<T, D: DirectlyDecoded>(_: T.Type, as type: D.Type, from value: PyroValue) throws -> T {
        unsafeBitCast(try type.init(value, self), to: T.self)
    }
}
