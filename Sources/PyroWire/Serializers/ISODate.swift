/// Dates as Python's `isoformat()` writes them: the form in which every serializer but msgpack carries them.
///
/// The calendar is the Gregorian one, also before it was: as in Python's `datetime`.
enum ISODate {
    /// Days from 0001-01-01 to 1970-01-01.
    private static let epochOrdinal = 719_163
    /// 9999-12-31.
    private static let lastOrdinal = 3_652_059

    /// `2024-01-02`, of a day counted from 0001-01-01 = 1; `nil` outside the years 1 to 9999.
    static func text(ordinal: Int) -> String? {
        guard (1...lastOrdinal).contains(ordinal) else { return nil }
        var text: [UInt8] = []
        appendDay(ordinal, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// `2024-01-02T03:04:05.000006+00:00`; `nil` outside the years 1 to 9999.
    static func text(secondsSince1970 seconds: Double) -> String? {
        guard abs(seconds) < 1e12 else { return nil }
        let microseconds = Int((seconds * 1e6).rounded())
        let (days, rest) = floorDivided(microseconds, 86_400_000_000)
        guard (1...lastOrdinal).contains(days + epochOrdinal) else { return nil }
        var text: [UInt8] = []
        appendDay(days + epochOrdinal, to: &text)
        text.append(UInt8(ascii: "T"))
        append(rest / 3_600_000_000, 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(rest / 60_000_000 % 60, 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(rest / 1_000_000 % 60, 2, to: &text)
        if rest % 1_000_000 > 0 {
            text.append(UInt8(ascii: "."))
            append(rest % 1_000_000, 6, to: &text)
        }
        text.append("+00:00")
        return String(decoding: text, as: UTF8.self)
    }

    /// The time of `2024-01-02`, `2024-01-02T03:04:05`, `2024-01-02 03:04:05.6+01:00`; one without a zone is taken as UTC.
    static func secondsSince1970(_ text: String) -> Double? {
        var rest = Array(text.utf8)[...]
        guard let year = number(&rest, 4), skip(&rest, "-"), let month = number(&rest, 2), skip(&rest, "-"),
            let day = number(&rest, 2), (1...12).contains(month), (1...days(in: month, year)).contains(day), year > 0
        else { return nil }
        var seconds = (ordinal(year, month, day) - epochOrdinal) * 86400
        guard let separator = rest.popFirst() else { return Double(seconds) }
        guard separator == UInt8(ascii: "T") || separator == UInt8(ascii: " "), let time = clock(&rest) else {
            return nil
        }
        seconds += time.seconds
        if rest == [UInt8(ascii: "Z")] { rest = [] }
        if let sign = rest.popFirst() {
            guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let zone = clock(&rest), rest.isEmpty else {
                return nil
            }
            seconds -= sign == UInt8(ascii: "+") ? zone.seconds : -zone.seconds
        }
        return Double(seconds) + Double(time.microseconds) / 1e6
    }

    /// `03:04`, `03:04:05`, `03:04:05.678`.
    private static func clock(_ rest: inout ArraySlice<UInt8>) -> (seconds: Int, microseconds: Int)? {
        guard let hour = number(&rest, 2), hour < 24, skip(&rest, ":"), let minute = number(&rest, 2), minute < 60
        else { return nil }
        var seconds = hour * 3600 + minute * 60
        var microseconds = 0
        if skip(&rest, ":") {
            guard let second = number(&rest, 2), second < 60 else { return nil }
            seconds += second
            if skip(&rest, ".") {
                let digits = rest.prefix { (0x30...0x39).contains($0) }
                guard (1...6).contains(digits.count) else { return nil }
                microseconds = (0..<6).reduce(0) { value, place in
                    value * 10 + (place < digits.count ? Int(digits[digits.startIndex + place] - 0x30) : 0)
                }
                rest = rest.dropFirst(digits.count)
            }
        }
        return (seconds, microseconds)
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, _ digits: Int) -> Int? {
        let text = rest.prefix(digits)
        guard text.count == digits, text.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest = rest.dropFirst(digits)
        return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func skip(_ rest: inout ArraySlice<UInt8>, _ mark: Character) -> Bool {
        guard rest.first == mark.asciiValue else { return false }
        rest = rest.dropFirst()
        return true
    }

    // MARK: The calendar

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func days(in month: Int, _ year: Int) -> Int {
        month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Days before the first of a year.
    private static func days(before year: Int) -> Int {
        let past = year - 1
        return past * 365 + past / 4 - past / 100 + past / 400
    }

    private static func ordinal(_ year: Int, _ month: Int, _ day: Int) -> Int {
        days(before: year) + (1..<month).reduce(0) { $0 + days(in: $1, year) } + day
    }

    private static func appendDay(_ ordinal: Int, to text: inout [UInt8]) {
        // The mean year is a little long for early days and short for late ones: at most one year off.
        var year = max(1, Int(Double(ordinal) / 365.2425))
        while days(before: year + 1) < ordinal { year += 1 }
        var rest = ordinal - days(before: year)
        var month = 1
        while rest > days(in: month, year) {
            rest -= days(in: month, year)
            month += 1
        }
        append(year, 4, to: &text)
        text.append(UInt8(ascii: "-"))
        append(month, 2, to: &text)
        text.append(UInt8(ascii: "-"))
        append(rest, 2, to: &text)
    }

    private static func append(_ number: Int, _ digits: Int, to text: inout [UInt8]) {
        let written = String(number).utf8
        text.append(contentsOf: repeatElement(0x30, count: max(0, digits - written.count)))
        text.append(contentsOf: written)
    }

    private static func floorDivided(_ number: Int, _ divisor: Int) -> (quotient: Int, rest: Int) {
        let (quotient, rest) = number.quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
    }
}
