import ArgumentParser
import BoardClient
import BoardWire
import Foundation

struct Discover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the boards that announce themselves on the networks around.",
        discussion: """
            Asks every network that this host is on, and measures a request to each board that answers. A board \
            announces itself when it runs with --announce on.

              mboard discover
              mboard discover --json | jq -r .roads.tcp
              mboard discover --timeout 6     hears also those that only announce, every five seconds

            Anybody can announce anything: a board whose round trip is "no answer" is not where it says.
            """)

    @Flag(help: "Print one JSON object a line: id, name, version, source, roads, rtt_ms.")
    var json = false

    @Option(help: ArgumentHelp("How long to listen.", valueName: "seconds"))
    var timeout: Double = 2

    func validate() throws {
        guard timeout > 0, timeout <= 86_400 else { throw ValidationError("--timeout takes seconds, more than 0") }
    }

    func run() async throws {
        let boards = try await Discovery().boards(within: .seconds(timeout))
        guard !boards.isEmpty else { throw NoBoards(seconds: timeout) }
        if json {
            for board in boards { output(line: Self.object(board)) }
        } else {
            for line in Self.table(boards) { output(line: line) }
        }
    }

    /// Characters of a name that people are shown.
    private static let longestName = 40

    private static func table(_ boards: [DiscoveredBoard]) -> [String] {
        let rows =
            [["NAME", "ID", "ROUND TRIP", "ROADS"]]
            + boards.map { board in
                let name = harmless(board.announcement.name)
                return [
                    name.count > longestName ? name.prefix(longestName - 1) + "…" : name,
                    board.announcement.serverID, milliseconds(board).map { "\($0) ms" } ?? "no answer",
                    board.announcement.roads.map { "\($0.name) \($0.place)" }.joined(separator: ", "),
                ]
            }
        let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) + "  " }.joined() + row[3]
        }
    }

    /// To the microsecond.
    private static func milliseconds(_ board: DiscoveredBoard) -> Double? {
        board.roundTrip.map { ($0 / .microseconds(1)).rounded() / 1_000 }
    }

    private struct Object: Encodable {
        let id: String
        let name: String
        let version: String
        let source: String
        let roads: [String: String]
        let roundTrip: Double?

        func encode(to encoder: any Encoder) throws {
            var object = encoder.container(keyedBy: Key.self)
            try object.encode(id, forKey: .id)
            try object.encode(name, forKey: .name)
            try object.encode(version, forKey: .version)
            try object.encode(source, forKey: .source)
            try object.encode(roads, forKey: .roads)
            try object.encode(roundTrip, forKey: .roundTrip)  // null when nobody answers
        }

        private enum Key: String, CodingKey {
            case id, name, version, source, roads
            case roundTrip = "rtt_ms"
        }
    }

    private static func object(_ board: DiscoveredBoard) -> String {
        let said = board.announcement
        let object = Object(
            id: said.serverID, name: harmless(said.name), version: said.version, source: board.source,
            roads: Dictionary(said.roads.map { ($0.name, $0.place) }, uniquingKeysWith: { first, _ in first }),
            roundTrip: milliseconds(board))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        do {
            return String(decoding: try encoder.encode(object), as: UTF8.self)
        } catch {
            preconditionFailure("a board always has a JSON form: \(error)")
        }
    }
}

/// No board was heard.
struct NoBoards: Error, CustomStringConvertible {
    let seconds: Double

    var description: String {
        """
        no board was heard within \(seconds) s. A board is heard when it runs with `mboard serve --announce on` on this \
        host, or on a network beside it with its roads there (--udp 0.0.0.0:7777 --tcp 0.0.0.0:7777). Try a larger \
        --timeout, or --server HOST:PORT with the other commands
        """
    }
}
