import Foundation
import PyroWire
import Testing

/// Swift's values as Python's and back.
struct CoderTests {
    struct Point: Codable, Hashable {
        var x: Int
        var y: Double?
        var names: [String] = []
        var inner: [String: Inner] = [:]
        struct Inner: Codable, Hashable { var flag: Bool }
    }

    enum Shape: Codable, Hashable {
        case dot
        case circle(radius: Double, Point)
    }

    enum Colour: String, Codable { case red, blue }

    class Animal: Codable {
        var name = "a"
    }

    final class Dog: Animal {
        var legs = 4
        enum CodingKeys: CodingKey { case legs }
        override init() { super.init() }
        required init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            legs = try container.decode(Int.self, forKey: .legs)
            try super.init(from: try container.superDecoder())
        }
        override func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(legs, forKey: .legs)
            try super.encode(to: container.superEncoder())
        }
    }

    private func expect<T: Codable & Equatable>(
        _ value: T, as wanted: PyroValue, _ place: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try PyroValueEncoder().encode(value) == wanted, sourceLocation: place)
        #expect(try PyroValueDecoder().decode(T.self, from: wanted) == value, sourceLocation: place)
    }

    @Test func `simple values are what they are`() throws {
        try expect("ä", as: "ä")
        try expect(true, as: true)
        try expect(1, as: 1)
        try expect(Int8(-1), as: -1)
        try expect(UInt64.max, as: .bigInt("18446744073709551615"))
        try expect(Int128.min, as: .bigInt("-170141183460469231731687303715884105728"))
        try expect(1.5, as: 1.5)
        try expect(Float(1.5), as: 1.5)
        try expect(Int?.none, as: .none)
        try expect(Int?.some(1), as: 1)
        try expect([1, nil, 3], as: [1, .none, 3])
        try expect([[1]], as: [[1]])
        try expect([UInt8](0...2), as: .bytes([0, 1, 2]))
        try expect(Data([0, 1, 2]), as: .bytes([0, 1, 2]))
        try expect(Set(["a"]), as: .set(["a"]))
        try expect(["a": 1], as: ["a": 1])
        try expect([1: "a"], as: [1: "a"])
        try expect(Colour.red, as: "red")
        try expect([Colour.red: 1], as: ["red": 1])
        try expect(Duration.milliseconds(1500), as: 1.5)
        try expect(Date(timeIntervalSince1970: 1_704_164_645.000006), as: "2024-01-02T03:04:05.000006+00:00")
        try expect(PyroValue.complex(1, 2), as: .complex(1, 2))
        let uri = PyroURI(object: "a", host: "b", port: 1)
        try expect([uri], as: [uri.value()])
        try expect(PyroException.builtin("KeyError", "x"), as: PyroException.builtin("KeyError", "x").value())
    }

    @Test func `structures and enumerations are dicts by their names`() throws {
        let point = Point(x: 1, y: nil, names: ["a"], inner: ["k": .init(flag: true)])
        try expect(point, as: ["x": 1, "names": ["a"], "inner": ["k": ["flag": true]]])
        try expect([Shape.dot], as: [["dot": [:]]])
        try expect(
            Shape.circle(radius: 2, Point(x: 1)),
            as: ["circle": ["radius": 2.0, "_1": ["x": 1, "names": [], "inner": [:]]]])
        let dog = try PyroValueEncoder().encode(Dog())
        #expect(dog == ["legs": 4, "super": ["name": "a"]])
        #expect(try PyroValueDecoder().decode(Dog.self, from: dog).name == "a")
    }

    @Test func `what Python sends is taken in its other forms`() throws {
        let decoder = PyroValueDecoder()
        #expect(try decoder.decode(Double.self, from: 2) == 2)
        #expect(try decoder.decode(Int.self, from: 2.0) == 2)
        #expect(try decoder.decode(UInt8?.self, from: .none) == nil)
        #expect(try decoder.decode([Int].self, from: .tuple([1])) == [1])
        #expect(try decoder.decode([Int].self, from: .set([1])) == [1])
        #expect(try decoder.decode(Set<Int>.self, from: [1, 1]) == [1])
        #expect(try decoder.decode(Set<Int>.self, from: .tuple([])) == [])
        #expect(try decoder.decode([UInt8].self, from: ["data": "AP8=", "encoding": "base64"]) == [0, 255])
        #expect(try decoder.decode([UInt8].self, from: [0, 255]) == [0, 255])
        #expect(try decoder.decode(Data.self, from: ["data": "AP8=", "encoding": "base64"]) == Data([0, 255]))
        #expect(try decoder.decode([Int: Int].self, from: ["1": 2]) == [1: 2])
        #expect(
            try decoder.decode(Point.self, from: ["x": 1, "y": .none, "names": [], "inner": [:], "more": 1]).y == nil)
        #expect(try decoder.decode(Duration.self, from: 5) == .seconds(5))
        #expect(
            try decoder.decode(UUID.self, from: "00000000-0000-0000-0000-00000000000a")
                == UUID(uuidString: "00000000-0000-0000-0000-00000000000A"))
    }

    @Test(
        arguments: [
            ("2024-01-02", 1_704_153_600), ("2024-01-02T03:04:05", 1_704_164_645), ("2024-01-02 03:04", 1_704_164_640),
            ("2024-01-02T03:04:05Z", 1_704_164_645),
            ("2024-01-02T03:04:05.5+01:30", 1_704_159_245.5), ("1969-12-31T23:59:59", -1),
            ("0001-01-01", -62_135_596_800), ("9999-12-31", 253_402_214_400),
            ("2024-02-29", 1_709_164_800), ("2023-02-29", nil), ("2024-13-01", nil), ("2024-00-01", nil),
            ("0000-01-01", nil), ("2024-1-2", nil), ("2024-01-02T", nil),
            ("2024-01-02T24:00", nil), ("2024-01-02T03:04:05.", nil), ("2024-01-02T03:04:05+1", nil),
            ("2024-01-02x03:04", nil), ("", nil), ("now", nil),
            ("2024-01-02T03:04:05.1234567", nil),
        ] as [(String, Double?)])
    func `a date is read from ISO text`(text: String, seconds: Double?) throws {
        if let seconds {
            #expect(try PyroValueDecoder().decode(Date.self, from: .string(text)).timeIntervalSince1970 == seconds)
        } else {
            #expect(throws: PyroDataError.self) { try PyroValueDecoder().decode(Date.self, from: .string(text)) }
        }
    }

    private func failure(_ body: () throws -> Void) -> String? {
        do { try body() } catch { return "\(error)" }
        return nil
    }

    @Test func `a failure names the path and both types`() {
        let decoder = PyroValueDecoder()
        #expect(failure { _ = try decoder.decode(Int.self, from: "x") } == "expected int, found str 'x'")
        #expect(
            failure { _ = try decoder.decode(UInt8.self, from: 256) }
                == "expected UInt8, found 256, which it does not hold")
        #expect(
            failure { _ = try decoder.decode(Int.self, from: 1.5) } == "expected Int, found 1.5, which it does not hold"
        )
        #expect(failure { _ = try decoder.decode(Int.self, from: true) } == "expected int, found bool True")
        #expect(failure { _ = try decoder.decode([Int].self, from: [1, "x"]) } == "[1]: expected int, found str 'x'")
        #expect(failure { _ = try decoder.decode(Point.self, from: [:]) } == "the key 'x' is missing")
        #expect(
            failure {
                _ = try decoder.decode([Point].self, from: [["x": 1, "names": [], "inner": ["k": ["flag": 1]]]])
            }
                == "[0].inner['k'].flag: expected bool, found int 1")
        #expect(
            failure { _ = try decoder.decode(Point.self, from: ["x": 1, "names": [.none], "inner": [:]]) }
                == "names[0]: expected str, found None")
        #expect(
            failure { _ = try decoder.decode(Colour.self, from: "green") }?.contains("Cannot initialize Colour") == true
        )
        #expect(failure { _ = try decoder.decode(PyroURI.self, from: 1) } == "expected a PyroURI, found int")
        #expect(failure { _ = try decoder.decode([UInt8].self, from: "x") } == "expected bytes, found str 'x'")
    }

    @Test func `a long text from the peer is cut in a failure, and its control characters are escaped`() {
        let text = failure {
            _ = try PyroValueDecoder().decode(
                Int.self, from: .string("\u{1B}[2J" + String(repeating: "x", count: 1000)))
        }
        #expect(text?.hasPrefix("expected int, found str '\\x1b[2Jxx") == true)
        #expect((text?.count ?? 0) < 100)
    }

    @Test func `an unkeyed end and a wide dict are found`() throws {
        struct Pair: Codable, Equatable {
            var a: Int
            init(from decoder: any Decoder) throws {
                var items = try decoder.unkeyedContainer()
                a = try items.decode(Int.self)
                _ = try items.decode(Int.self)
            }
        }
        #expect(failure { _ = try PyroValueDecoder().decode(Pair.self, from: [1]) } == "expected more than 1 items")
        let wide = PyroValue.dict(
            (0..<100).map { PyroEntry(key: .string("k\($0)"), value: 0) } + [PyroEntry(key: "x", value: 5)])
        struct One: Codable { var x: Int }
        #expect(try PyroValueDecoder().decode(One.self, from: wide).x == 5)
        #expect(failure { _ = try PyroValueDecoder().decode(Point.self, from: wide) } == "the key 'names' is missing")
    }

    @Test func `values that contain one another without end are refused`() {
        struct Endless: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.unkeyedContainer()
                try container.encode(Endless())
            }
        }
        #expect(
            failure { _ = try PyroValueEncoder().encode(Endless()) }?.hasSuffix(
                "more than 200 containers in one another") == true)
    }

    @Test func `the coders hand their user info on`() throws {
        let key = try #require(CodingUserInfoKey(rawValue: "k"))
        struct Asking: Codable {
            let found: String
            init(found: String) { self.found = found }
            init(from decoder: any Decoder) throws {
                found = decoder.userInfo[CodingUserInfoKey(rawValue: "k")!] as? String ?? ""
            }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                try container.encode(encoder.userInfo[CodingUserInfoKey(rawValue: "k")!] as? String)
            }
        }
        #expect(try PyroValueEncoder(userInfo: [key: "v"]).encode(Asking(found: "")) == "v")
        #expect(try PyroValueDecoder(userInfo: [key: "v"]).decode(Asking.self, from: 1).found == "v")
    }
}
