import PyroWire
import SeededRandom

extension SeededGenerator {
    mutating func bytes(upTo count: Int) -> [UInt8] {
        (0..<Int.random(in: 0...count, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    mutating func text(upTo count: Int) -> String {
        let characters: [Unicode.Scalar] = [
            "a", "Z", "0", " ", "\n", "\r", "\t", "\0", "\u{1}", "\u{7F}", "\\", "\"", "'", "{", "#", "ä", "漢", "🎈",
            "\u{FFFD}", "\u{85}", "\u{2028}", "\u{FEFF}",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...count, using: &self) {
            text.append(characters.randomElement(using: &self) ?? "a")
        }
        return String(text)
    }

    /// A number of any exponent.
    mutating func double() -> Double {
        while true {
            let double = Double(bitPattern: next())
            if !double.isNaN { return double }
        }
    }

    mutating func digits() -> String {
        let sign = Bool.random(using: &self) ? "-" : ""
        return sign + "9" + (0..<Int.random(in: 20...60, using: &self)).map { _ in "7" }.joined()
    }

    /// A value that can be a key and a member of a set.
    mutating func key() -> PyroValue {
        switch Int.random(in: 0..<8, using: &self) {
        case 0: .int(Int(bitPattern: UInt(next())) >> Int.random(in: 0...63, using: &self))
        case 1: .bytes(bytes(upTo: 8))
        case 2: .tuple([.string(text(upTo: 4)), .none])
        case 3: .bool(.random(using: &self))
        case 4: .float(double())
        default: .string(text(upTo: 8))
        }
    }

    /// A value with at most so many containers in one another.
    mutating func value(depth: Int) -> PyroValue {
        switch Int.random(in: 0..<(depth > 0 ? 12 : 8), using: &self) {
        case 0: return .none
        case 1: return .bool(.random(using: &self))
        case 2: return .int(Int(bitPattern: UInt(next())) >> Int.random(in: 0...63, using: &self))
        case 3: return .bigInt(digits())
        case 4: return .float(double())
        case 5: return .string(text(upTo: 20))
        case 6: return .bytes(bytes(upTo: 30))
        // A part of -0.0 does not come through Python's sum.
        case 7: return .complex(double(), double())
        case 8: return .tuple(values(depth))
        case 9: return .list(values(depth))
        case 10: return .set((0..<Int.random(in: 1...4, using: &self)).map { _ in key() })
        default:
            return .dict(
                (0..<Int.random(in: 0...4, using: &self)).map { _ in
                    PyroEntry(key: key(), value: value(depth: depth - 1))
                })
        }
    }

    private mutating func values(_ depth: Int) -> [PyroValue] {
        (0..<Int.random(in: 0...4, using: &self)).map { _ in value(depth: depth - 1) }
    }
}

extension PyroValue {
    /// What a serializer makes of the value for its reader; `nil` when it cannot carry it.
    func carried(by serializer: PyroSerializer) -> PyroValue? {
        switch (self, serializer) {
        case (.complex, .json): return nil
        case (.bytes(let bytes), .json):
            return ["data": .string(base64(bytes)), "encoding": "base64"]
        case (.tuple(let items), .serpent): return carried(items, by: serializer).map { .tuple($0) }
        case (.set(let items), .serpent): return items.isEmpty ? .tuple([]) : self
        case (.list(let items), _), (.tuple(let items), _), (.set(let items), _):
            return carried(items, by: serializer).map { .list($0) }
        case (.dict(let entries), _):
            var carried: [PyroEntry] = []
            for entry in entries {
                guard let key = entry.key.carriedKey(by: serializer), let value = entry.value.carried(by: serializer)
                else { return nil }
                carried.append(PyroEntry(key: key, value: value))
            }
            return .dict(carried)
        default: return self
        }
    }

    private func carried(_ items: [PyroValue], by serializer: PyroSerializer) -> [PyroValue]? {
        let carried = items.compactMap { $0.carried(by: serializer) }
        return carried.count == items.count ? carried : nil
    }

    private func carriedKey(by serializer: PyroSerializer) -> PyroValue? {
        switch (serializer, self) {
        case (.serpent, _), (_, .string), (.msgpack, .bytes): self
        case (.json, .int(let number)): .string("\(number)")
        case (.json, .bool(let flag)): .string("\(flag)")
        case (.json, .float(let number)):
            .string(number.isFinite ? number.description : number > 0 ? "Infinity" : "-Infinity")
        default: nil
        }
    }
}
