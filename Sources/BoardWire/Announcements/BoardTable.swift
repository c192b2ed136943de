/// The boards that were heard of: a listener's memory, to which it tells what it heard and what time it is.
///
/// A board is known by its id. It may be heard from several addresses (one a network that it is on), and what each says is
/// kept apart: nobody can change or end what another address has said.
///
/// ```
///               an announcement                     an announcement: what it says now
///   (not known) ---------------> known by a source -----------------------------------+
///        ^                           |   ^                                            |
///        +---------------------------+   +--------------------------------------------+
///          "bye" from that source, or
///          three periods of silence
/// ```
public struct BoardTable: Sendable {
    /// What one address says of a board.
    public struct Report: Sendable, Hashable {
        /// The address that the datagram came from, without a port.
        public let source: String
        /// What it said last.
        public fileprivate(set) var board: AnnouncedBoard
        fileprivate var heard: Duration
    }

    /// A board.
    public struct Entry: Sendable, Hashable {
        /// Its id.
        public let serverID: String
        /// What is said of it, at least one, the longest known first.
        public fileprivate(set) var reports: [Report]
    }

    /// Most boards that are remembered; further ones are not heard until one is forgotten.
    public static let boards = 256
    /// Most addresses that a board is heard from.
    public static let sources = 8
    /// Silence after which a board is forgotten: three announcements were missed.
    public static let memory = Announcement.period * 3

    /// The boards that are known, the longest known first.
    public private(set) var entries: [Entry] = []

    /// A table of nothing.
    public init() {}

    /// Takes what was heard.
    ///
    /// - Parameter time: now, since some start; it does not go back.
    public mutating func take(_ announcement: Announcement, from source: String, at time: Duration) {
        forget(at: time)
        switch announcement {
        case .question: break
        case .bye(_, let serverID): remove { $0 == serverID && $1.source == source }
        case .board(let board): keep(Report(source: source, board: board, heard: time))
        }
    }

    /// Forgets what has not been heard for too long.
    public mutating func forget(at time: Duration) {
        remove { _, report in time - report.heard > Self.memory }
    }

    private mutating func keep(_ report: Report) {
        guard let entry = entries.firstIndex(where: { $0.serverID == report.board.serverID }) else {
            if entries.count < Self.boards {
                entries.append(Entry(serverID: report.board.serverID, reports: [report]))
            }
            return
        }
        if let known = entries[entry].reports.firstIndex(where: { $0.source == report.source }) {
            entries[entry].reports[known] = report
        } else if entries[entry].reports.count < Self.sources {
            entries[entry].reports.append(report)
        }
    }

    private mutating func remove(where isGone: (_ serverID: String, Report) -> Bool) {
        for place in entries.indices {
            let serverID = entries[place].serverID
            entries[place].reports.removeAll { isGone(serverID, $0) }
        }
        entries.removeAll { $0.reports.isEmpty }
    }
}
