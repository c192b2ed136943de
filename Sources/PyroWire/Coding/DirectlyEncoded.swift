internal import FoundationEssentials

/// Types that become a value without containers to write into.
protocol DirectlyEncoded {
    func pyroValue(_ coder: PyroValueEncoder, _ depth: Int) throws -> PyroValue
}

extension DirectlyEncoded where Self: FixedWidthInteger {
    func pyroValue(_ coder: PyroValueEncoder, _ depth: Int) -> PyroValue {
        Int(exactly: self).map(PyroValue.int) ?? .bigInt(String(self))
    }
}

extension Int: DirectlyEncoded {}
extension Int8: DirectlyEncoded {}
extension Int16: DirectlyEncoded {}
extension Int32: DirectlyEncoded {}
extension Int64: DirectlyEncoded {}
extension Int128: DirectlyEncoded {}
extension UInt: DirectlyEncoded {}
extension UInt8: DirectlyEncoded {}
extension UInt16: DirectlyEncoded {}
extension UInt32: DirectlyEncoded {}
extension UInt64: DirectlyEncoded {}
extension UInt128: DirectlyEncoded {}

extension Float: DirectlyEncoded {
    func pyroValue(_ coder: PyroValueEncoder, _ depth: Int) -> PyroValue { .float(Double(self)) }
}

extension Duration: DirectlyEncoded {
    func pyroValue(_ coder: PyroValueEncoder, _ depth: Int) -> PyroValue {
        .float(Double(components.seconds) + Double(components.attoseconds) / 1e18)
    }
}

extension Data: DirectlyEncoded {
    func pyroValue(_ coder: PyroValueEncoder, _ depth: Int) -> PyroValue { .bytes(Array(self)) }
}

extension Date: DirectlyEncoded {
    func pyroValue(_ coder: PyroValueEncoder, _ depth: Int) throws -> PyroValue {
        guard let text = ISODate.text(secondsSince1970: timeIntervalSince1970) else {
            throw PyroDataError(.unsupported, "a date that Python does not have: \(timeIntervalSince1970) s from 1970")
        }
        return .string(text)
    }
}

extension Optional: DirectlyEncoded where Wrapped: Encodable {
    func pyroValue(_ coder: PyroValueEncoder, _ depth: Int) throws -> PyroValue {
        guard let self else { return .none }
        return try coder.encode(self, depth: depth)
    }
}

extension Array: DirectlyEncoded where Element: Encodable {
    func pyroValue(_ coder: PyroValueEncoder, _ depth: Int) throws -> PyroValue {
        .list(try values(self, coder, depth))
    }
}

extension Set: DirectlyEncoded where Element: Encodable {
    func pyroValue(_ coder: PyroValueEncoder, _ depth: Int) throws -> PyroValue {
        .set(try values(self, coder, depth))
    }
}

extension Dictionary: DirectlyEncoded where Key: Encodable, Value: Encodable {
    func pyroValue(_ coder: PyroValueEncoder, _ depth: Int) throws -> PyroValue {
        let depth = try coder.deeper(depth)
        var entries: [PyroEntry] = []
        entries.reserveCapacity(count)
        for (key, value) in self {
            do {
                let key = try coder.encode(key, depth: depth)
                entries.append(PyroEntry(key: key, value: try coder.encode(value, depth: depth)))
            } catch {
                throw relocated(error, under: "[\(quoted("\(key)"))]")
            }
        }
        return .dict(entries)
    }
}

private func values(
    _ items: some Collection<some Encodable>, _ coder: PyroValueEncoder, _ depth: Int
) throws -> [PyroValue] {
    let depth = try coder.deeper(depth)
    var values: [PyroValue] = []
    values.reserveCapacity(items.count)
    for item in items {
        do {
            values.append(try coder.encode(item, depth: depth))
        } catch {
            throw relocated(error, under: "[\(values.count)]")
        }
    }
    return values
}
