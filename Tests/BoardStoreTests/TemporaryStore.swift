import BoardStore
import Foundation
import GRDB
import Logging
import MessageBoard

/// A store in a directory of its own, which goes with it.
final class TemporaryStore: Sendable {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory.appending(path: "mboard-test-\(UUID())").path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)  // nothing is left to do about a directory that stays
    }

    func file(_ name: String) -> String { path + "/" + name }

    /// Opens the store; an error says what the store says.
    func open(limits: StoreLimits = StoreLimits(), clock: StoreClock = .system) throws(StoreError) -> DurableBoard {
        var logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        logger.logLevel = .critical
        return try DurableBoard(directory: path, limits: limits, clock: clock, logger: logger)
    }

    /// Changes the database from outside.
    func change(_ sql: String) throws {
        let database = try DatabaseQueue(path: file("board.sqlite"))
        try database.write { try $0.execute(sql: sql) }
        try database.close()
    }

    /// Flips bits of a file wherever a text stands in it; gives how often that was.
    func flip(_ text: String, in name: String) throws -> Int {
        var data = try Data(contentsOf: URL(filePath: file(name)))
        var found = 0
        var search = data.startIndex..<data.endIndex
        while let range = data.range(of: Data(text.utf8), in: search) {
            data[range.lowerBound] ^= 0x01
            found += 1
            search = range.upperBound..<data.endIndex
        }
        try data.write(to: URL(filePath: file(name)))
        return found
    }
}

/// A draft of a text.
func draft(_ text: String, on board: String = "public", requestID: String? = nil) throws -> Draft {
    try Draft(
        board: BoardName(board)!, requestID: requestID.map { Array($0.utf8) }, body: Array(text.utf8),
        origin: Origin(address: "192.0.2.1", port: 1, road: .udp))
}

func texts(_ messages: [Message]) -> [String] {
    messages.map { String(decoding: $0.body, as: UTF8.self) }
}
