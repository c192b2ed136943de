public import MessageBoard

/// What every ``MessageBoard/Board`` has to do, as cases to run against an empty one: mboard's own boards pass them all,
/// and a new one shows with them that it keeps the promises of the protocol.
///
/// With Swift Testing:
/// ```swift
/// @Test(arguments: BoardConformance.cases)
/// func `keeps the promises of a board`(of case: BoardConformance.Case) async throws {
///     try await `case`.run(MyBoard())
/// }
/// ```
public enum BoardConformance {
    /// One promise.
    public struct Case: Sendable, CustomStringConvertible {
        /// The promise, in words.
        public let description: String
        private let check: @Sendable (any Board) async throws -> Void

        init(_ description: String, _ check: @escaping @Sendable (any Board) async throws -> Void) {
            self.description = description
            self.check = check
        }

        /// Tries it on a board that has no messages yet.
        ///
        /// - Throws: ``Failure`` when the promise is not kept; what the board throws.
        public func run(_ board: any Board) async throws {
            try await check(board)
        }
    }

    /// A promise was not kept.
    public struct Failure: Error, CustomStringConvertible {
        /// The promise, and what was found instead.
        public let description: String
    }

    /// All promises.
    public static let cases: [Case] = publishing + reading + repeating + subscribing
}

/// Publishes a text on a board.
@discardableResult
func publish(
    _ text: String, on name: BoardName = .public, author: String? = nil, requestID: String? = nil,
    from address: String = "192.0.2.1", _ board: any Board
) async throws -> Publication {
    try await board.publish(
        Draft(
            board: name, author: author, requestID: requestID.map { Array($0.utf8) }, body: Array(text.utf8),
            origin: Origin(address: address, port: 4_711, road: Road("test"))))
}

func expect(_ condition: Bool, _ promise: @autoclosure () -> String) throws(BoardConformance.Failure) {
    guard condition else { throw BoardConformance.Failure(description: promise()) }
}

func expectEqual<Value: Equatable>(_ found: Value, _ expected: Value, _ what: String) throws(BoardConformance.Failure) {
    try expect(found == expected, "\(what): expected \(expected), found \(found)")
}

func texts(_ messages: [Message]) -> [String] {
    messages.map { String(decoding: $0.body, as: UTF8.self) }
}
