import PyroWire

/// The result of a distributed function that gives one item after the other: a generator, to Python.
///
///     distributed func posts(after id: Int) -> RemoteStream<String> { RemoteStream(board.subscribe(after: id)) }
///
/// The items stay with the object, and are asked for one by one: who is slow holds nobody up, and who stops asking leaves nothing behind.
public struct RemoteStream<Element: Codable & Sendable>: AsyncSequence, Sendable, Codable {
    private enum Source: Sendable {
        case here(@Sendable () -> any ItemIterator<Element>)
        case there(RemoteItems)
    }

    private let source: Source

    /// Gives the items of a sequence; each who iterates goes through it anew.
    public init<Items: AsyncSequence & Sendable>(_ items: Items) where Items.Element == Element {
        source = .here { SequenceIterator<Items>(iterator: items.makeAsyncIterator()) }
    }

    init(_ items: RemoteItems) {
        source = .there(items)
    }

    /// Ends a stream that comes from another server, for those who wait for an item too: they get an error.
    public func close() {
        if case .there(let items) = source { items.close() }
    }

    /// Begins.
    public func makeAsyncIterator() -> Iterator {
        switch source {
        case .here(let make): Iterator(base: make())
        case .there(let items): Iterator(base: RemoteIterator<Element>(items: items))
        }
    }

    /// Goes from item to item.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var base: any ItemIterator<Element>

        /// The next item; `nil` at the end.
        ///
        /// - Throws: what the sequence throws; ``RemoteObjectError`` when its object cannot be reached.
        public mutating func next() async throws -> Element? { try await base.next() }
    }

    /// Not as a part of something else: a stream is the whole result of a function.
    ///
    /// - Throws: always.
    public func encode(to encoder: any Encoder) throws {
        throw EncodingError.invalidValue(
            self, .init(codingPath: encoder.codingPath, debugDescription: "a stream is the whole result of a function"))
    }

    /// Not as a part of something else.
    ///
    /// - Throws: always.
    public init(from decoder: any Decoder) throws {
        throw DecodingError.dataCorrupted(
            .init(codingPath: decoder.codingPath, debugDescription: "a stream is the whole result of a function"))
    }
}

/// An iterator whose type does not matter.
private protocol ItemIterator<Element> {
    associatedtype Element
    mutating func next() async throws -> Element?
}

private struct SequenceIterator<Items: AsyncSequence>: ItemIterator {
    var iterator: Items.AsyncIterator

    mutating func next() async throws -> Items.Element? { try await iterator.next(isolation: #isolation) }
}

private struct RemoteIterator<Element: Decodable>: ItemIterator {
    let items: RemoteItems

    mutating func next() async throws -> Element? {
        try await items.next().map { try items.system.decode(Element.self, from: $0, sentBy: items.place) }
    }
}

/// A stream whatever its items are, for the server that gives them out.
protocol OutgoingStream: Sendable {
    /// What gives its items out.
    func items(_ system: PyroActorSystem, for client: ClientID) -> any OutgoingItems
}

/// Gives the items of one stream out, one at a time.
protocol OutgoingItems: Actor {
    /// - Returns: `nil` at the end.
    func next() async throws -> PyroValue?
}

extension RemoteStream: OutgoingStream {
    func items(_ system: PyroActorSystem, for client: ClientID) -> any OutgoingItems {
        StreamItems(makeAsyncIterator(), system, client)
    }
}

private actor StreamItems<Element: Codable & Sendable>: OutgoingItems {
    private var iterator: RemoteStream<Element>.Iterator?
    private let system: PyroActorSystem
    private let client: ClientID

    init(_ iterator: sending RemoteStream<Element>.Iterator, _ system: PyroActorSystem, _ client: ClientID) {
        self.iterator = iterator
        self.system = system
        self.client = client
    }

    func next() async throws -> PyroValue? {
        // It is not here while somebody waits for the next item.
        guard var iterator else { throw CallFault.pyro("somebody else waits for this stream's next item") }
        self.iterator = nil
        defer { self.iterator = iterator }
        return try await iterator.next().map { try system.encode($0, for: client) }
    }
}

/// A result that can be a stream.
protocol IncomingStream {
    init(_ items: RemoteItems)
}

extension RemoteStream: IncomingStream {}
