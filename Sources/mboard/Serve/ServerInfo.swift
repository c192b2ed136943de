import BoardStore
import Foundation

/// What others have to know of a running server.
struct ServerInfo {
    let pid: Int32
    /// The board's id.
    let server: String
    /// Where each road listens, by the road's name.
    var endpoints: [String: String] = [:]

    /// Writes it as one JSON object; whoever sees the file sees it whole.
    ///
    /// - Throws: `StoreError.inaccessible`.
    func write(to path: String) throws {
        var object: [String: any Sendable] = endpoints
        object["pid"] = Int(pid)
        object["server"] = server
        do {
            let json = try JSONSerialization.data(
                withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
            try (json + Data("\n".utf8)).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw StoreError.inaccessible(path: path, reason: error.localizedDescription)
        }
    }
}
