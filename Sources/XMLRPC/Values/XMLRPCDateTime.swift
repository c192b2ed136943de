/// A point in the calendar, without a zone unless it says `Z`: the specification leaves the zone to the server, and a
/// server of this library's user documents which one it means.
public struct XMLRPCDateTime: Sendable, Hashable {
    /// As in the Gregorian calendar; ``second`` may be 60, a leap second.
    public var year, month, day, hour, minute, second: Int
    /// Whether the text ended with `Z`.
    public var isUTC: Bool

    /// - Returns: `nil` when a part is out of its range.
    public init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, isUTC: Bool = false) {
        fatalError("to be written")
    }
}
