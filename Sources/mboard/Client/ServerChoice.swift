import BoardClient
import BoardWire
import Foundation

/// Which server a command talks to.
enum ServerChoice {
    /// The longest wait for a server on this host, which answers at once or not at all.
    private static let here = Duration.seconds(1)
    /// How long boards are listened for.
    private static let around = Duration.seconds(1)

    /// The first of the list that can be reached. Without a list: the board of this host, else the only one around.
    ///
    /// - Parameters:
    ///   - road: its name in announcements: `udp`, `tcp`, `live`.
    ///   - standard: where the road is on this host when nobody says otherwise.
    /// - Throws: `ClientError` when nobody answers; ``SeveralBoards`` when it is for a person to choose.
    static func endpoint(
        _ list: ServerList?, road: String, by transport: Transport, standard: Endpoint = .standard,
        timeout: Duration
    ) async throws -> Endpoint {
        if let list { return try await list.reachable(by: transport, within: timeout) }
        do {
            return try await standard.answering(by: transport, within: min(here, timeout))
        } catch {
            // A host without a network has nobody around; that this one does not answer is what there is to say.
            let boards = (try? await Discovery().boards(within: min(around, timeout))) ?? []
            let answering = boards.filter { $0.endpoint(of: road) != nil && $0.roundTrip != nil }
            guard let board = answering.first, let endpoint = board.endpoint(of: road) else { throw error }
            guard answering.count == 1 else { throw SeveralBoards(boards: answering, road: road) }
            complain(
                "mboard: nobody answers at \(standard); using the only board around: "
                    + "\(harmless(board.announcement.name)) (\(endpoint))")
            return endpoint
        }
    }
}

/// Nobody answers on this host, and there is more than one board around.
struct SeveralBoards: Error, CustomStringConvertible {
    let boards: [DiscoveredBoard]
    let road: String

    var description: String {
        let lines = boards.map { board in
            "  --server \(board.endpoint(of: road).map(\.description) ?? "?")  \(harmless(board.announcement.name))"
        }
        return "there are several boards around; choose one:\n" + lines.joined(separator: "\n")
    }
}
