// The methods by which UserLand's validator (validator.xmlrpc.com, gone since) tried servers, and by which public test
// suites still do. Numbers are 32 bits wide, so that no sum or product here overflows.

extension XMLRPCRouter {
    /// Registers the eight methods of `validator1`, for a server that is being tested.
    public mutating func registerValidator1() {
        register("validator1.arrayOfStructsTest", help: "The sum of all members curly.") {
            (_: Context, stooges: [[String: Int32]]) in
            try stooges.reduce(0) { sum, members in sum + (try members.number("curly")) }
        }
        register("validator1.countTheEntities", help: "How often the characters of markup occur.") {
            (_: Context, text: String) in
            Self.countTheEntities(text)
        }
        register("validator1.easyStructTest", help: "The sum of moe, larry and curly.") {
            (_: Context, stooges: [String: Int32]) in
            try stooges.sumOfStooges()
        }
        register("validator1.echoStructTest", help: "The struct itself.") {
            (_: Context, members: [String: XMLRPCValue]) in
            members
        }
        register("validator1.manyTypesTest", help: "The parameters as an array.") {
            (
                _: Context, number: Int32, boolean: Bool, string: String, double: Double, date: XMLRPCDateTime,
                bytes: XMLRPCBytes
            ) -> [XMLRPCValue] in
            [
                number.xmlrpcValue, .boolean(boolean), .string(string), .double(double), .dateTime(date),
                .base64(bytes.bytes),
            ]
        }
        register("validator1.moderateSizeArrayCheck", help: "The first and the last string, put together.") {
            (_: Context, strings: [String]) in
            guard let first = strings.first, let last = strings.last else {
                throw XMLRPCFault.invalidParameters("the array is empty")
            }
            return first + last
        }
        register("validator1.nestedStructTest", help: "The sum of moe, larry and curly on 1 April 2000.") {
            (_: Context, calendar: [String: XMLRPCValue]) in
            try Self.day(in: calendar).sumOfStooges()
        }
        register("validator1.simpleStructReturnTest", help: "The number times 10, 100 and 1000.") {
            (_: Context, number: Int32) in
            ["times10": Int(number) * 10, "times100": Int(number) * 100, "times1000": Int(number) * 1000]
        }
    }

    private static func countTheEntities(_ text: String) -> [String: Int] {
        func count(_ character: Unicode.Scalar) -> Int { text.utf8.count { $0 == UInt8(ascii: character) } }
        return [
            "ctLeftAngleBrackets": count("<"), "ctRightAngleBrackets": count(">"), "ctAmpersands": count("&"),
            "ctApostrophes": count("'"), "ctQuotes": count("\""),
        ]
    }

    /// The calendar's other years, months and days may hold anything: some languages send an empty struct as an array.
    private static func day(in calendar: [String: XMLRPCValue]) throws(XMLRPCFault) -> [String: Int32] {
        guard case .struct(let months)? = calendar["2000"], case .struct(let days)? = months["04"],
            let day = days["01"]
        else { throw .invalidParameters("the calendar has no struct 2000, in it 04, in it 01") }
        return try [String: Int32](xmlrpcValue: day)
    }
}

extension [String: Int32] {
    fileprivate func number(_ name: String) throws(XMLRPCFault) -> Int {
        guard let number = self[name] else { throw .invalidParameters("a struct has no member \(name)") }
        return Int(number)
    }

    fileprivate func sumOfStooges() throws(XMLRPCFault) -> Int {
        try number("moe") + number("larry") + number("curly")
    }
}
