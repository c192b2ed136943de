/// What a type's own `init(from:)` reads from.
final class DecodedPart: Decoder {
    let coder: PyroValueDecoder
    let value: PyroValue

    init(_ coder: PyroValueDecoder, _ value: PyroValue) {
        self.coder = coder
        self.value = value
    }

    /// The path is put together when something fails.
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { coder.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .dict(let entries) = value else { throw PyroDataError.mismatch("dict", value) }
        return KeyedDecodingContainer(DecodedEntries(coder: coder, entries: entries))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let items = value.asItems else { throw PyroDataError.mismatch("list", value) }
        return DecodedItems(coder: coder, items: items)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { DecodedSingle(part: self) }
}

private struct DecodedEntries<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let coder: PyroValueDecoder
    let entries: [PyroEntry]
    /// Where each key is: only for dicts that are long to search.
    let places: [String: Int]

    init(coder: PyroValueDecoder, entries: [PyroEntry]) {
        self.coder = coder
        self.entries = entries
        var places: [String: Int] = [:]
        if entries.count > 16 {
            for (place, entry) in entries.enumerated() { if case .string(let key) = entry.key { places[key] = place } }
        }
        self.places = places
    }

    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { entries.compactMap { $0.key.asText.flatMap(Key.init(stringValue:)) } }

    private func find(_ key: String) -> PyroValue? {
        if !places.isEmpty { return places[key].map { entries[$0].value } }
        return entries.last { entry in
            guard case .string(let text) = entry.key else { return false }
            return text == key
        }?.value
    }

    private func need(_ key: Key) throws -> PyroValue {
        guard let value = find(key.stringValue) else {
            throw PyroDataError(.mismatch, "the key \(quoted(key.stringValue)) is missing")
        }
        return value
    }

    func contains(_ key: Key) -> Bool { find(key.stringValue) != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try need(key) == .none }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        let value = try need(key)
        do {
            return try coder.decode(type, from: value)
        } catch {
            throw relocated(error, under: key.stringValue)
        }
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        do {
            return try DecodedPart(coder, try need(key)).container(keyedBy: type)
        } catch {
            throw relocated(error, under: key.stringValue)
        }
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        do {
            return try DecodedPart(coder, try need(key)).unkeyedContainer()
        } catch {
            throw relocated(error, under: key.stringValue)
        }
    }

    func superDecoder() throws -> any Decoder { DecodedPart(coder, find("super") ?? PyroValue.none) }
    func superDecoder(forKey key: Key) throws -> any Decoder { DecodedPart(coder, try need(key)) }
}

private struct DecodedItems: UnkeyedDecodingContainer {
    let coder: PyroValueDecoder
    let items: [PyroValue]
    private(set) var currentIndex = 0

    init(coder: PyroValueDecoder, items: [PyroValue]) {
        self.coder = coder
        self.items = items
    }

    var codingPath: [any CodingKey] { [] }
    var count: Int? { items.count }
    var isAtEnd: Bool { currentIndex == items.count }

    /// The next item; it counts as read when nothing failed.
    private mutating func next<T>(_ read: (PyroValue) throws -> T) throws -> T {
        guard !isAtEnd else { throw PyroDataError(.mismatch, "expected more than \(items.count) items") }
        do {
            let result = try read(items[currentIndex])
            currentIndex += 1
            return result
        } catch {
            throw relocated(error, under: "[\(currentIndex)]")
        }
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, items[currentIndex] == .none else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let coder = coder
        return try next { try coder.decode(type, from: $0) }
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        let coder = coder
        return try next { try DecodedPart(coder, $0).container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let coder = coder
        return try next { try DecodedPart(coder, $0).unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder {
        let coder = coder
        return try next { DecodedPart(coder, $0) }
    }
}

private struct DecodedSingle: SingleValueDecodingContainer {
    let part: DecodedPart
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { part.value == .none }

    func decode<T: Decodable>(_ type: T.Type) throws -> T { try part.coder.decode(type, from: part.value) }
}
