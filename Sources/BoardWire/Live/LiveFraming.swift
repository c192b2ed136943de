/// Cuts a stream into the messages of the live protocol (protocols.md, section 3), in pieces of any size.
///
/// ```
/// +---------------------------+-----+---------------------------+-----+--
/// | [white space] message     | ";" | [white space] message     | ";" | ...
/// +---------------------------+-----+---------------------------+-----+--
/// ```
///
/// White space before a message is passed over: old clients send line ends. What is held is what has come and was not taken
/// yet; a message that grows over its limit ends the stream.
public struct LiveFraming: ~Copyable {
    /// A message is over its limit; the rest of the stream cannot be read.
    public struct TooLong: Error, Sendable, Hashable, CustomStringConvertible {
        /// Most bytes that it might have had.
        public let limit: Int

        /// In words for a person.
        public var description: String { "a message of over \(limit) bytes, or without an end" }
    }

    private let limit: Int
    private let publishLimit: Int
    private var buffer: [UInt8] = []
    /// Where the message in hand begins.
    private var start = 0
    /// Up to where no `;` was found.
    private var searched = 0

    /// - Parameters:
    ///   - limit: most bytes of a message, without its `;`.
    ///   - publishLimit: most bytes of one whose code is `1` or `6`; the same unless said otherwise.
    public init(limit: Int, publishLimit: Int? = nil) {
        self.limit = limit
        self.publishLimit = publishLimit ?? limit
    }

    /// Bytes that have come and were not taken yet.
    public var held: Int { buffer.count - start }

    /// Takes the next bytes of the stream.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        makeRoom()
        buffer.append(contentsOf: bytes)
    }

    /// Takes the next bytes of the stream.
    public mutating func append(_ bytes: [UInt8]) {
        makeRoom()
        buffer.append(contentsOf: bytes)
    }

    /// The next whole message, without its `;`; `nil` until more bytes have come.
    ///
    /// Let go of it before more bytes are appended, or they are all copied.
    ///
    /// - Throws: ``TooLong``, from then on always.
    public mutating func next() throws(TooLong) -> ArraySlice<UInt8>? {
        while start < buffer.count, buffer[start].isASCIIWhitespace { start += 1 }
        searched = max(searched, start)
        let end = Self.separator(in: buffer, from: searched)
        searched = end ?? buffer.count
        let size = searched - start
        if size > limit {
            let isPublish = buffer[start] == UInt8(ascii: "1") || buffer[start] == UInt8(ascii: "6")
            let limit = isPublish ? publishLimit : limit
            guard size <= limit else { throw TooLong(limit: limit) }
        }
        guard let end else { return nil }
        defer {
            start = end + 1
            searched = start
        }
        return buffer[start..<end]
    }

    private static let small = 4_096

    /// Forgets what was taken. Many connections are idle: a large buffer does not outlive its message.
    private mutating func makeRoom() {
        guard start > 0 else { return }
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= Self.small)
        } else {
            buffer.removeSubrange(..<start)
        }
        searched -= start
        start = 0
    }

    /// Gives memory back that nothing is held in: for whoever goes on to wait.
    public mutating func trim() {
        guard held == 0 else { return }
        buffer = []
        start = 0
        searched = 0
    }

    private static func separator(in buffer: [UInt8], from place: Int) -> Int? {
        buffer.withUnsafeBufferPointer { bytes in
            var place = place
            while place < bytes.count {
                if bytes[place] == UInt8(ascii: ";") { return place }
                place += 1
            }
            return nil
        }
    }
}
