internal import Base64

/// Writes JSON as Python's `json.loads` reads it, without a blank.
struct JSONWriter {
    var output: [UInt8] = []

    init() { output.reserveCapacity(256) }

    mutating func write(_ value: PyroValue, depth: Int) throws(PyroDataError) {
        switch value {
        case .none: output.append("null")
        case .bool(true): output.append("true")
        case .bool(false): output.append("false")
        case .int(let number): output.appendDecimal(number)
        case .bigInt(let digits):
            try WholeNumber.needDecimal(digits)
            output.append(contentsOf: digits.utf8)
        case .float(let number): write(number)
        case .string(let text): write(text)
        case .bytes(let bytes):
            // What serpent makes of bytes: `serpent.tobytes()` takes it.
            output.append(#"{"data":""#)
            Base64.append(bytes, to: &output)
            output.append(#"","encoding":"base64"}"#)
        case .tuple(let items), .list(let items), .set(let items):
            try SerpentWriter.needRoom(depth)
            output.append(0x5B)
            for index in items.indices {
                if index > 0 { output.append(0x2C) }
                try write(items[index], depth: depth + 1)
            }
            output.append(0x5D)
        case .dict(let entries): try write(entries, depth: depth)
        case .complex: throw PyroDataError(.unsupported, "json has no complex numbers")
        }
    }

    private mutating func write(_ entries: [PyroEntry], depth: Int) throws(PyroDataError) {
        try SerpentWriter.needRoom(depth)
        output.append(0x7B)
        for index in entries.indices {
            if index > 0 { output.append(0x2C) }
            try write(key: entries[index].key)
            output.append(0x3A)
            try write(entries[index].value, depth: depth + 1)
        }
        output.append(0x7D)
    }

    /// Keys become texts, as Python's json makes them.
    private mutating func write(key: PyroValue) throws(PyroDataError) {
        switch key {
        case .string(let text): return write(text)
        case .none, .bool, .int, .bigInt, .float: break
        default: throw PyroDataError(.unsupported, "\(key.typeName) as a key: json has texts only")
        }
        output.append(0x22)
        try write(key, depth: 0)
        output.append(0x22)
    }

    private mutating func write(_ number: Double) {
        if number.isFinite {
            output.appendFinite(number)
        } else if number.isNaN {
            output.append("NaN")
        } else {
            output.append(number > 0 ? "Infinity" : "-Infinity")
        }
    }

    private mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            let bytes = UnsafeRawBufferPointer(bytes)
            output.append(0x22)
            var place = 0
            while true {
                let end = ByteScan.special(bytes, from: place, quote: 0x22)
                output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[place..<end]))
                guard end < bytes.count else { break }
                writeEscape(bytes[end])
                place = end + 1
            }
            output.append(0x22)
        }
    }

    private mutating func writeEscape(_ byte: UInt8) {
        output.append(0x5C)
        switch byte {
        case 0x0A: output.append(0x6E)
        case 0x0D: output.append(0x72)
        case 0x09: output.append(0x74)
        case 0x22, 0x5C: output.append(byte)
        default:
            output.append(0x75)
            output.appendHex(UInt32(byte), digits: 4)
        }
    }
}
