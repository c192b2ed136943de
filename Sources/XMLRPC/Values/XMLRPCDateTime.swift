/// A point in the calendar, without a zone unless it says `Z`: the specification leaves the zone to the server, and a
/// server of this library's user documents which one it means.
///
/// ```
///  1998 07 17 T 14 : 55 : 33 [Z]         as written (XML-RPC specification, "Scalar values")
///  1998-07-17 T 14 : 55 : 33 [Z]         read as well
/// ```
public struct XMLRPCDateTime: Sendable, Hashable, CustomStringConvertible {
    // Eight bytes in all, since every XMLRPCValue has room for one.
    private let shortYear: Int16
    private let shortMonth, shortDay, shortHour, shortMinute, shortSecond: UInt8
    /// Whether the text ended with `Z`.
    public let isUTC: Bool

    /// In the Gregorian calendar: 0 to 9999.
    public var year: Int { Int(shortYear) }
    /// 1 to 12.
    public var month: Int { Int(shortMonth) }
    /// 1 to the month's length.
    public var day: Int { Int(shortDay) }
    /// 0 to 23.
    public var hour: Int { Int(shortHour) }
    /// 0 to 59.
    public var minute: Int { Int(shortMinute) }
    /// 0 to 59; 60 is a leap second.
    public var second: Int { Int(shortSecond) }

    /// A date of these parts; `nil` when one is out of its range.
    public init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, isUTC: Bool = false) {
        guard 0...9999 ~= year, 1...12 ~= month, 1...Self.days(of: month, in: year) ~= day, 0...23 ~= hour,
            0...59 ~= minute, 0...60 ~= second
        else { return nil }
        shortYear = Int16(year)
        shortMonth = UInt8(month)
        shortDay = UInt8(day)
        shortHour = UInt8(hour)
        shortMinute = UInt8(minute)
        shortSecond = UInt8(second)
        self.isUTC = isUTC
    }

    /// Reads either form; `nil` when the text is not exactly one of them, or a part is out of its range.
    public init?(_ text: some StringProtocol) {
        self.init(utf8: ArraySlice(text.utf8))
    }

    /// The same from bytes of text.
    init?(utf8 text: ArraySlice<UInt8>) {
        var rest = text
        /// Takes so many digits.
        func number(_ digits: Int) -> Int? {
            guard rest.count >= digits else { return nil }
            var value = 0
            for byte in rest.prefix(digits) {
                guard 0x30...0x39 ~= byte else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            rest = rest.dropFirst(digits)
            return value
        }
        /// Takes a byte if it comes next.
        func skip(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let year = number(4) else { return nil }
        let isSeparated = skip("-")
        guard let month = number(2), !isSeparated || skip("-"), let day = number(2), skip("T"),
            let hour = number(2), skip(":"), let minute = number(2), skip(":"), let second = number(2)
        else { return nil }
        let isUTC = skip("Z")
        guard rest.isEmpty else { return nil }
        self.init(year: year, month: month, day: day, hour: hour, minute: minute, second: second, isUTC: isUTC)
    }

    /// As it is written: `19980717T14:55:33`, and `Z` if it is in UTC.
    public var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text of ``description``.
    func append(to bytes: inout [UInt8]) {
        func pair(_ number: Int) {
            bytes.append(UInt8(0x30 + number / 10))
            bytes.append(UInt8(0x30 + number % 10))
        }
        pair(year / 100)
        pair(year % 100)
        pair(month)
        pair(day)
        bytes.append(UInt8(ascii: "T"))
        pair(hour)
        bytes.append(UInt8(ascii: ":"))
        pair(minute)
        bytes.append(UInt8(ascii: ":"))
        pair(second)
        if isUTC { bytes.append(UInt8(ascii: "Z")) }
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
