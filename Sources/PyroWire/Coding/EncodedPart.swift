/// What a value's own `encode(to:)` writes into: one value, or a container whose parts may be filled later.
final class EncodedPart: Encoder {
    enum Content {
        case empty
        case value(PyroValue)
        case entries([PyroEntry])
        case items([PyroValue])
    }

    var content = Content.empty
    /// Containers in this one that were asked for, by their place: they are put in when all is written.
    private var children: [(place: Int, part: EncodedPart)] = []
    let coder: PyroValueEncoder
    let depth: Int

    init(_ coder: PyroValueEncoder, _ depth: Int) {
        self.coder = coder
        self.depth = depth
    }

    /// The path is put together when something fails.
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { coder.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .entries = content {} else { content = .entries([]) }
        return KeyedEncodingContainer(EncodedEntries(part: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .items = content {} else { content = .items([]) }
        return EncodedItems(part: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { EncodedSingle(part: self) }

    func append(_ value: PyroValue, _ key: String) {
        guard case .entries(var entries) = content else { return }
        content = .empty
        entries.append(PyroEntry(key: .string(key), value: value))
        content = .entries(entries)
    }

    func append(_ value: PyroValue) {
        guard case .items(var items) = content else { return }
        content = .empty
        items.append(value)
        content = .items(items)
    }

    var count: Int {
        switch content {
        case .empty: 0
        case .value: 1
        case .entries(let entries): entries.count
        case .items(let items): items.count
        }
    }

    /// A container in the place that was appended last. Past the levels that can be written the writer refuses the value.
    func child() -> EncodedPart {
        let part = EncodedPart(coder, depth + 1)
        children.append((count - 1, part))
        return part
    }

    func finished() -> PyroValue {
        for (place, part) in children {
            let value = part.finished()
            switch content {
            case .entries(var entries):
                content = .empty
                entries[place].value = value
                content = .entries(entries)
            case .items(var items):
                content = .empty
                items[place] = value
                content = .items(items)
            default: break
            }
        }
        children = []
        switch content {
        case .empty: return .dict([])
        case .value(let value): return value
        case .entries(let entries): return .dict(entries)
        case .items(let items): return .list(items)
        }
    }
}

private struct EncodedEntries<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let part: EncodedPart
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) { part.append(.none, key.stringValue) }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        do {
            part.append(try part.coder.encode(value, depth: part.depth), key.stringValue)
        } catch {
            throw relocated(error, under: key.stringValue)
        }
    }

    private func child(_ key: String) -> EncodedPart {
        part.append(.none, key)
        return part.child()
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> { child(key.stringValue).container(keyedBy: keyType) }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        child(key.stringValue).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { child("super") }
    func superEncoder(forKey key: Key) -> any Encoder { child(key.stringValue) }
}

private struct EncodedItems: UnkeyedEncodingContainer {
    let part: EncodedPart
    var codingPath: [any CodingKey] { [] }
    var count: Int { part.count }

    func encodeNil() { part.append(.none) }

    func encode<T: Encodable>(_ value: T) throws {
        do {
            part.append(try part.coder.encode(value, depth: part.depth))
        } catch {
            throw relocated(error, under: "[\(part.count)]")
        }
    }

    private func child() -> EncodedPart {
        part.append(.none)
        return part.child()
    }

    func nestedContainer<NestedKey: CodingKey>(keyedBy keyType: NestedKey.Type) -> KeyedEncodingContainer<NestedKey> {
        child().container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { child().unkeyedContainer() }
    func superEncoder() -> any Encoder { child() }
}

private struct EncodedSingle: SingleValueEncodingContainer {
    let part: EncodedPart
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { part.content = .value(.none) }

    func encode<T: Encodable>(_ value: T) throws {
        part.content = .value(try part.coder.encode(value, depth: part.depth))
    }
}
