/// Seconds since 1970 of a date as servers write it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
///
/// - Returns: `nil` for the two forms that nobody has to send any more, and for everything else.
func secondsOfHTTPDate(_ text: String) -> Int? {
    let bytes = Array(text.utf8)
    guard bytes.count == 29, text.hasSuffix(" GMT"), bytes[3] == UInt8(ascii: ",") else { return nil }
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    func number(_ places: Range<Int>) -> Int? {
        places.reduce(0) { sum, place in
            guard let sum, (0x30...0x39).contains(bytes[place]) else { return nil }
            return sum * 10 + Int(bytes[place] - 0x30)
        }
    }
    guard let day = number(5..<7), let month = months.firstIndex(of: String(decoding: bytes[8..<11], as: UTF8.self)),
        let year = number(12..<16), let hour = number(17..<19), let minute = number(20..<22),
        let second = number(23..<25), (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    return daysSince1970(year: year, month: month + 1, day: day) * 86_400 + hour * 3600 + minute * 60 + second
}

/// Counted in years that begin in March, so that the day that comes only sometimes is the last one.
private func daysSince1970(year: Int, month: Int, day: Int) -> Int {
    let year = month > 2 ? year : year - 1
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
}
