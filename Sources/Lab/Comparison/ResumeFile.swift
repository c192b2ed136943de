import Foundation

/// The cells that are finished, one JSON object a line, so that a comparison that was interrupted goes on where it was.
///
///     {"cell":{...},"date":"...","result":{...},"version":"0.1.0"}\n
///
/// A line that is cut or damaged is passed over: its cell is measured again. A result of another version of mboard is not taken.
package struct ResumeFile: Sendable {
    /// Bytes that a file may have: a hundred times what the largest preset writes.
    private static let maximumBytes = 256 << 20

    private struct Line: Codable {
        var version: String
        var date: Date
        var cell: Cell
        var result: CellResult
    }

    package let path: String
    private let version: String
    /// Lines that could not be read.
    package let damagedLines: Int
    private let results: [Cell: CellResult]
    private let endsCleanly: Bool

    /// Reads what there is; a file that does not exist has nothing.
    ///
    /// - Parameter startsAnew: whether what there is is thrown away.
    /// - Throws: ``OutputError``.
    package init(path: String, version: String, startsAnew: Bool = false) throws(OutputError) {
        self.path = path
        self.version = version
        let data = try Self.open(path, truncating: startsAnew)
        var results: [Cell: CellResult] = [:]
        var damaged = 0
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        for text in data.split(separator: UInt8(ascii: "\n")) {
            guard let line = try? decoder.decode(Line.self, from: Data(text)) else {
                damaged += 1
                continue
            }
            if line.version == version { results[line.cell] = line.result }
        }
        self.results = results
        damagedLines = damaged
        endsCleanly = data.isEmpty || data.last == UInt8(ascii: "\n")
        if !endsCleanly { try Self.append(Data("\n".utf8), to: path) }
    }

    /// The result of a cell that is finished.
    package subscript(cell: Cell) -> CellResult? { results[cell] }

    /// Adds a cell that has been finished now.
    ///
    /// - Throws: ``OutputError``.
    package func append(_ cell: Cell, _ result: CellResult) throws(OutputError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        let data: Data
        do {
            data = try encoder.encode(Line(version: version, date: Date(), cell: cell, result: result))
        } catch {
            throw OutputError(path: path, reason: "\(error)")
        }
        try Self.append(data + Data("\n".utf8), to: path)
    }

    /// Makes the file when there is none: what cannot be written to is known before anything is measured.
    private static func open(_ path: String, truncating: Bool) throws(OutputError) -> Data {
        do {
            let manager = FileManager.default
            if truncating || !manager.fileExists(atPath: path) {
                try Data().write(to: URL(filePath: path))
                return Data()
            }
            let size = try manager.attributesOfItem(atPath: path)[.size] as? Int ?? 0
            guard size <= maximumBytes else {
                throw OutputError(
                    path: path, reason: "it has \(size) bytes, and is no record of a comparison; take another --output")
            }
            try FileHandle(forUpdating: URL(filePath: path)).close()
            return try Data(contentsOf: URL(filePath: path))
        } catch let error as OutputError {
            throw error
        } catch {
            throw OutputError(path: path, reason: error.localizedDescription)
        }
    }

    private static func append(_ data: Data, to path: String) throws(OutputError) {
        do {
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            defer { try? file.close() }  // what it could say was said by the write
            try file.seekToEnd()
            try file.write(contentsOf: data)
        } catch {
            throw OutputError(path: path, reason: error.localizedDescription)
        }
    }
}

/// A file of the comparison cannot be read or written.
package struct OutputError: Error, CustomStringConvertible {
    package let path: String
    package let reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    package var description: String { "\(path): \(reason)" }
}
